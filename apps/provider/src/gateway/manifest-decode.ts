/** A manifest from the body of a request, with the texts that the reference's decoder answers (provider.md §6.5). */
import { type Manifest, parseManifest } from "@stoa/market";
import { err, maxUint32, ok, parseGoInteger, type Result } from "@stoa/std";
import { type JsonNode, jsonFields, parseJsonBytes } from "@stoa/wire";

/** What a value must be; `type` is the reference's name of it. */
type Shape =
  | { readonly kind: "text" | "flag" | "uint32" | "int32"; readonly type: string }
  | { readonly kind: "amount" }
  | { readonly kind: "list"; readonly type: string; readonly item: Shape }
  | { readonly kind: "object"; readonly type: string; readonly fields: () => Readonly<Record<string, Shape>> };

const text: Shape = { kind: "text", type: "string" };
const flag: Shape = { kind: "flag", type: "bool" };
const uint32: Shape = { kind: "uint32", type: "uint32" };
const texts: Shape = { kind: "list", type: "[]string", item: text };

function object(type: string, fields: () => Readonly<Record<string, Shape>>): Shape {
  return { kind: "object", type, fields };
}

function list(type: string, item: Shape): Shape {
  return { kind: "list", type, item };
}

const value = object("v1beta4.ResourceValue", () => ({ val: { kind: "amount" } }));
const attributes = list(
  "v1.Attributes",
  object("v1.Attribute", () => ({ key: text, value: text })),
);
const endpoint = object("v1beta4.Endpoint", () => ({
  kind: { kind: "int32", type: "v1beta4.Endpoint_Kind" },
  sequence_number: uint32,
}));
const resources = object("v1beta4.Resources", () => ({
  id: uint32,
  cpu: object("v1beta4.CPU", () => ({ units: value, attributes })),
  memory: object("v1beta4.Memory", () => ({ size: value, attributes })),
  storage: list(
    "v1beta4.Volumes",
    object("v1beta4.Storage", () => ({ name: text, size: value, attributes })),
  ),
  gpu: object("v1beta4.GPU", () => ({ units: value, attributes })),
  endpoints: list("v1beta4.Endpoints", endpoint),
}));
const httpOptions = object("v2beta3.ServiceExposeHTTPOptions", () => ({
  maxBodySize: uint32,
  readTimeout: uint32,
  sendTimeout: uint32,
  nextTries: uint32,
  nextTimeout: uint32,
  nextCases: texts,
  proxyBufferSize: uint32,
}));
const expose = object("v2beta3.ServiceExpose", () => ({
  port: uint32,
  externalPort: uint32,
  proto: { kind: "text", type: "v2beta3.ServiceProtocol" },
  service: text,
  global: flag,
  hosts: texts,
  httpOptions,
  ip: text,
  endpointSequenceNumber: uint32,
}));
const credentials = object("v2beta3.ImageCredentials", () => ({
  host: text,
  email: text,
  username: text,
  password: text,
}));
const storageParams = object("v2beta3.StorageParams", () => ({ name: text, mount: text, readOnly: flag }));
const params = object("v2beta3.ServiceParams", () => ({
  storage: list("[]v2beta3.StorageParams", storageParams),
  credentials,
  permissions: object("v2beta3.ServicePermissions", () => ({ read: texts })),
  tee: object("v2beta3.TEEParams", () => ({ type: text, attestation: flag })),
}));
const service = object("v2beta3.Service", () => ({
  name: text,
  image: text,
  command: texts,
  args: texts,
  env: texts,
  resources,
  count: uint32,
  expose: list("v2beta3.ServiceExposes", expose),
  params,
  credentials,
}));
const group = object("v2beta3.Group", () => ({ name: text, services: list("v2beta3.Services", service) }));
const manifest = list("v2beta3.Manifest", group);

/** A value that its own reader refuses: the reference stops there. */
class Stopped extends Error {}

/** Checks values against shapes and keeps the first complaint, as the reference's decoder goes on after one. */
class Checker {
  first: string | undefined;

  #complain(what: string, type: string, struct: string, path: string): undefined {
    const target = path === "" ? `value of type ${type}` : `struct field ${struct}.${path} of type ${type}`;
    this.first ??= `json: cannot unmarshal ${what} into Go ${target}`;
    return undefined;
  }

  /** The value as plain JSON, known members only, or undefined where it does not fit. */
  check(node: JsonNode, shape: Shape, struct: string, path: string): unknown {
    if (node.kind === "null") return null;
    switch (shape.kind) {
      case "text":
        return node.kind === "string" ? node.value : this.#complain(node.kind, shape.type, struct, path);
      case "flag":
        return node.kind === "bool" ? node.value : this.#complain(node.kind, shape.type, struct, path);
      case "uint32":
      case "int32": {
        if (node.kind !== "number") return this.#complain(node.kind, shape.type, struct, path);
        const number = /^-?\d+$/.test(node.text) ? Number(node.text) : Number.NaN;
        const least = shape.kind === "uint32" ? 0 : -(2 ** 31);
        const most = shape.kind === "uint32" ? maxUint32 : 2 ** 31 - 1;
        if (number >= least && number <= most && !(least === 0 && node.text.startsWith("-"))) return number;
        return this.#complain(`number ${node.text}`, shape.type, struct, path);
      }
      case "amount":
        return this.#amount(node);
      case "list":
        if (node.kind !== "array") return this.#complain(node.kind, shape.type, struct, path);
        return node.items.map((item) => this.check(item, shape.item, struct, path));
      case "object":
        return this.#object(node, shape.type, shape.fields(), { struct, path });
    }
  }

  #amount(node: JsonNode): string {
    if (node.kind !== "string") throw new Stopped(`json: cannot unmarshal ${node.kind} into Go value of type string`);
    if (parseGoInteger(node.value) !== undefined) return node.value;
    throw new Stopped(`math/big: cannot unmarshal ${JSON.stringify(node.value)} into a *big.Int`);
  }

  #object(
    node: JsonNode,
    type: string,
    fields: Readonly<Record<string, Shape>>,
    at: { struct: string; path: string },
  ): unknown {
    if (node.kind !== "object") return this.#complain(node.kind, type, at.struct, at.path);
    const own = type.slice(type.indexOf(".") + 1);
    const out: Record<string, unknown> = {};
    for (const [name, member] of jsonFields(node.entries, Object.keys(fields))) {
      const shape = fields[name];
      if (shape === undefined) continue;
      out[name] = this.check(member, shape, own, at.path === "" ? name : `${at.path}.${name}`);
    }
    return out;
  }
}

/**
 * Reads the first JSON value of a body as a manifest; what follows it is ignored, as there. The error is the text
 * that goes to the client with 422.
 */
export function decodeManifest(body: Uint8Array): Result<Manifest, string> {
  const node = parseJsonBytes(body, "stream");
  if (!node.ok) return node;
  if (node.value.kind === "null") return ok([]);
  const checker = new Checker();
  try {
    const plain = checker.check(node.value, manifest, "", "");
    if (checker.first !== undefined) return err(checker.first);
    return parseManifest(JSON.stringify(plain));
  } catch (problem) {
    if (problem instanceof Stopped) return err(problem.message);
    throw problem;
  }
}
