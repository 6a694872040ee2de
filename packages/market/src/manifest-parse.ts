import { err, maxUint32, ok, parseGoInteger, type Result } from "@stoa/std";
import type { Attribute } from "./attributes.ts";
import type {
  Manifest,
  ManifestCompute,
  ManifestCredentials,
  ManifestExpose,
  ManifestGroup,
  ManifestHttpOptions,
  ManifestMemory,
  ManifestParams,
  ManifestResources,
  ManifestService,
  ManifestVolume,
} from "./manifest.ts";
import type { Endpoint } from "./resources.ts";

/** Longest manifest that is read: far above the largest known (below 100 KB), and a bound on a provider's work. */
export const manifestMaxChars = 4 << 20;

class Unreadable extends Error {}

type Json = Readonly<Record<string, unknown>>;

/** Reads members of one JSON object as Go's decoder does: unknown members are dropped, null leaves the zero value. */
class Reader {
  private readonly members: Json;
  private readonly path: string;

  constructor(value: unknown, path: string) {
    if (value !== null && (typeof value !== "object" || Array.isArray(value))) {
      throw new Unreadable(`${path || "manifest"} must be an object`);
    }
    this.members = (value ?? {}) as Json;
    this.path = path;
  }

  /** The member, by exact name or else, as Go does, without regard to case. */
  private get(name: string): unknown {
    if (Object.hasOwn(this.members, name)) return this.members[name];
    const lower = name.toLowerCase();
    let found: unknown;
    for (const [key, value] of Object.entries(this.members)) if (key.toLowerCase() === lower) found = value;
    return found;
  }

  private bad(name: string, wanted: string): Unreadable {
    return new Unreadable(`${this.path}/${name} must be ${wanted}`);
  }

  text(name: string): string {
    const value = this.get(name) ?? "";
    if (typeof value !== "string") throw this.bad(name, "text");
    return value;
  }

  flag(name: string): boolean {
    const value = this.get(name) ?? false;
    if (typeof value !== "boolean") throw this.bad(name, "true or false");
    return value;
  }

  uint32(name: string): number {
    const value = this.get(name) ?? 0;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > maxUint32) {
      throw this.bad(name, "an integer from 0 to 4294967295");
    }
    return value;
  }

  list<T>(name: string, read: (value: unknown, path: string) => T): readonly T[] | null {
    const value = this.get(name) ?? null;
    if (value === null) return null;
    if (!Array.isArray(value)) throw this.bad(name, "a list");
    return value.map((item: unknown, index) => read(item, `${this.path}/${name}/${index}`));
  }

  texts(name: string): readonly string[] | null {
    return this.list(name, (value, path) => {
      if (typeof value !== "string") throw new Unreadable(`${path} must be text`);
      return value;
    });
  }

  object<T>(name: string, read: (reader: Reader) => T): T | null {
    const value = this.get(name) ?? null;
    return value === null ? null : read(new Reader(value, `${this.path}/${name}`));
  }

  nested<T>(name: string, read: (reader: Reader) => T): T {
    return read(new Reader(this.get(name) ?? null, `${this.path}/${name}`));
  }

  /** The integer text in `NAME.val`; absent is 0. */
  amount(name: string): string {
    return this.nested(name, (reader) => {
      const value = reader.get("val") ?? "0";
      const amount = typeof value === "string" ? parseGoInteger(value) : undefined;
      if (amount === undefined) throw reader.bad("val", "integer text");
      return amount.toString();
    });
  }

  attributes(): readonly Attribute[] {
    const read = (value: unknown, path: string): Attribute => {
      const reader = new Reader(value, path);
      return { key: reader.text("key"), value: reader.text("value") };
    };
    return this.list("attributes", read) ?? [];
  }
}

function readCompute(reader: Reader): ManifestCompute {
  return { units: reader.amount("units"), attributes: reader.attributes() };
}

function readMemory(reader: Reader): ManifestMemory {
  return { size: reader.amount("size"), attributes: reader.attributes() };
}

function readVolume(value: unknown, path: string): ManifestVolume {
  const reader = new Reader(value, path);
  return { name: reader.text("name"), ...readMemory(reader) };
}

function readEndpoint(value: unknown, path: string): Endpoint {
  const reader = new Reader(value, path);
  return { kind: reader.uint32("kind"), sequenceNumber: reader.uint32("sequence_number") };
}

function readResources(reader: Reader): ManifestResources {
  return {
    id: reader.uint32("id"),
    cpu: reader.object("cpu", readCompute),
    memory: reader.object("memory", readMemory),
    storage: reader.list("storage", readVolume) ?? [],
    gpu: reader.object("gpu", readCompute),
    endpoints: reader.list("endpoints", readEndpoint),
  };
}

function readHttpOptions(reader: Reader): ManifestHttpOptions {
  return {
    maxBodySize: reader.uint32("maxBodySize"),
    readTimeout: reader.uint32("readTimeout"),
    sendTimeout: reader.uint32("sendTimeout"),
    nextTries: reader.uint32("nextTries"),
    nextTimeout: reader.uint32("nextTimeout"),
    nextCases: reader.texts("nextCases") ?? [],
    proxyBufferSize: reader.uint32("proxyBufferSize"),
  };
}

function readExpose(value: unknown, path: string): ManifestExpose {
  const reader = new Reader(value, path);
  return {
    port: reader.uint32("port"),
    externalPort: reader.uint32("externalPort"),
    proto: reader.text("proto"),
    service: reader.text("service"),
    global: reader.flag("global"),
    hosts: reader.texts("hosts"),
    httpOptions: reader.nested("httpOptions", readHttpOptions),
    ip: reader.text("ip"),
    endpointSequenceNumber: reader.uint32("endpointSequenceNumber"),
  };
}

function readCredentials(reader: Reader): ManifestCredentials {
  return {
    host: reader.text("host"),
    email: reader.text("email"),
    username: reader.text("username"),
    password: reader.text("password"),
  };
}

function readParams(reader: Reader): ManifestParams {
  const credentials = reader.object("credentials", readCredentials);
  const permissions = reader.object("permissions", (inner) => ({ read: inner.texts("read") ?? [] }));
  const tee = reader.object("tee", (inner) => ({ type: inner.text("type"), attestation: inner.flag("attestation") }));
  const storage = reader.list("storage", (value, path) => {
    const inner = new Reader(value, path);
    return { name: inner.text("name"), mount: inner.text("mount"), readOnly: inner.flag("readOnly") };
  });
  return {
    storage,
    ...(credentials === null ? {} : { credentials }),
    ...(permissions === null ? {} : { permissions }),
    ...(tee === null ? {} : { tee }),
  };
}

function readService(value: unknown, path: string): ManifestService {
  const reader = new Reader(value, path);
  return {
    name: reader.text("name"),
    image: reader.text("image"),
    command: reader.texts("command"),
    args: reader.texts("args"),
    env: reader.texts("env"),
    resources: reader.nested("resources", readResources),
    count: reader.uint32("count"),
    expose: reader.list("expose", readExpose),
    params: reader.object("params", readParams),
    credentials: reader.object("credentials", readCredentials),
  };
}

function readGroup(value: unknown, path: string): ManifestGroup {
  const reader = new Reader(value, path);
  return { name: reader.text("name"), services: reader.list("services", readService) };
}

/**
 * A manifest from JSON text as a Go provider reads it: unknown members are dropped, so a manifest that has any does
 * not hash to what its author computed. The error says what is wrong and where.
 */
export function parseManifest(text: string): Result<Manifest, string> {
  if (text.length > manifestMaxChars) return err(`manifest longer than ${manifestMaxChars} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (problem) {
    return err(`manifest is not JSON: ${problem instanceof Error ? problem.message : "unreadable"}`);
  }
  if (!Array.isArray(value)) return err("manifest must be a list of groups");
  try {
    return ok(value.map((group: unknown, index) => readGroup(group, `/${index}`)));
  } catch (problem) {
    if (problem instanceof Unreadable) return err(problem.message);
    throw problem;
  }
}
