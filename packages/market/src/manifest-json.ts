import { type Hash, utf8 } from "@stoa/std";
import type { Attribute } from "./attributes.ts";
import type {
  Manifest,
  ManifestCompute,
  ManifestExpose,
  ManifestMemory,
  ManifestResources,
  ManifestService,
} from "./manifest.ts";
import type { Endpoint } from "./resources.ts";

/** A JSON value; object members that are undefined are left out. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue | undefined };

/**
 * Whose JSON: `go` escapes U+2028 and U+2029 and leaves out some empty members; the TypeScript SDK does neither
 * (spec: sdl.md §11).
 */
export type JsonDialect = "go" | "ts";

const goEscapes = /[<>&\u2028\u2029]/g;
const tsEscapes = /[<>&]/g;

function writeText(text: string, dialect: JsonDialect): string {
  return JSON.stringify(text).replace(
    dialect === "go" ? goEscapes : tsEscapes,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * JSON with every object's keys in order of code units and no white space, `<`, `>` and `&` escaped as Go does
 * (spec: sdl.md §11).
 */
export function sortedJson(value: JsonValue, dialect: JsonDialect = "go"): string {
  if (typeof value === "string") return writeText(value, dialect);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => sortedJson(item, dialect)).join(",")}]`;
  const object = value as { readonly [name: string]: JsonValue | undefined };
  const members: string[] = [];
  for (const name of Object.keys(object).sort((a, b) => (a < b ? -1 : 1))) {
    const member = object[name];
    if (member !== undefined) members.push(`${writeText(name, dialect)}:${sortedJson(member, dialect)}`);
  }
  return `{${members.join(",")}}`;
}

/** Attributes as Go writes them: absent when there are none; an empty key or value is left out. */
export function attributesJson(attributes: readonly Attribute[], dialect: JsonDialect = "go"): JsonValue | undefined {
  if (attributes.length === 0) return undefined;
  const written = (text: string): string | undefined => (text === "" && dialect === "go" ? undefined : text);
  return attributes.map(({ key, value }) => ({ key: written(key), value: written(value) }));
}

/** Endpoints as Go writes them: kind 0 is left out. */
export function endpointsJson(endpoints: readonly Endpoint[]): JsonValue {
  return endpoints.map(({ kind, sequenceNumber }) => ({
    kind: kind === 0 ? undefined : kind,
    sequence_number: sequenceNumber,
  }));
}

function computeJson(compute: ManifestCompute | null, dialect: JsonDialect): JsonValue | undefined {
  if (compute === null) return undefined;
  return { units: { val: compute.units }, attributes: attributesJson(compute.attributes, dialect) };
}

function memoryJson(memory: ManifestMemory, dialect: JsonDialect): { readonly [name: string]: JsonValue | undefined } {
  return { size: { val: memory.size }, attributes: attributesJson(memory.attributes, dialect) };
}

/**
 * Resources in the form that manifests and group specs share. `emptyStorage` stands for a list without volumes; Go
 * leaves it out.
 */
export function resourcesJson(
  resources: ManifestResources,
  dialect: JsonDialect = "go",
  emptyStorage?: null | readonly [],
): JsonValue {
  const { id, cpu, memory, storage, gpu, endpoints } = resources;
  return {
    id,
    cpu: computeJson(cpu, dialect),
    memory: memory === null ? undefined : memoryJson(memory, dialect),
    storage:
      storage.length === 0 ? emptyStorage : storage.map((one) => ({ name: one.name, ...memoryJson(one, dialect) })),
    gpu: computeJson(gpu, dialect),
    endpoints: endpoints === null ? null : endpointsJson(endpoints),
  };
}

function exposeJson(expose: ManifestExpose, dialect: JsonDialect): JsonValue {
  const { nextCases, proxyBufferSize, ...options } = expose.httpOptions;
  const httpOptions = {
    ...options,
    nextCases: nextCases.length === 0 && dialect === "go" ? undefined : nextCases,
    proxyBufferSize: proxyBufferSize === 0 ? undefined : proxyBufferSize,
  };
  return { ...expose, httpOptions };
}

function serviceJson(service: ManifestService, dialect: JsonDialect): JsonValue {
  const { params } = service;
  const read = params?.permissions?.read;
  return {
    ...service,
    resources: resourcesJson(service.resources, dialect, dialect === "ts" ? null : undefined),
    expose: service.expose === null ? null : service.expose.map((expose) => exposeJson(expose, dialect)),
    params:
      params === null
        ? undefined
        : {
            ...params,
            permissions:
              read === undefined
                ? undefined
                : { read: read === null || (read.length === 0 && dialect === "go") ? undefined : read },
          },
    credentials: service.credentials === null ? null : { ...service.credentials },
  } as JsonValue;
}

/** The manifest's JSON, as the provider's gateway takes it and as it is hashed (spec: sdl.md §11). */
export function manifestJson(manifest: Manifest | null, dialect: JsonDialect = "go"): JsonValue {
  if (manifest === null) return null;
  return manifest.map(({ name, services }) => ({
    name,
    services: services === null ? null : services.map((service) => serviceJson(service, dialect)),
  }));
}

/** The deployment's hash: SHA-256 over the sorted JSON of its manifest, 32 bytes. */
export function manifestVersion(manifest: Manifest | null, hash: Hash, dialect: JsonDialect = "go"): Uint8Array {
  return hash.sha256(utf8(sortedJson(manifestJson(manifest, dialect), dialect)));
}
