import { messageOf } from "@stoa/host";
import { GoJsonError, kindOf, membersOf, type RawJson, stringOf, wrongKind } from "./go-json.ts";

/** Identity of a request: echoed in kind. Requests over plain URLs have -1 (base-chain.md §5.1). */
export type RequestId = string | number;

export const uriRequestId: RequestId = -1;

/** A value that JSON.stringify prints as it stands: 64-bit integers are already texts. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** An error with JSON-RPC's number; the text for the client travels in `data`. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  /** The standard's words for the number. */
  readonly title: string;

  get isInvalidParams(): boolean {
    return this.code === -32602;
  }

  get isInternal(): boolean {
    return this.code === -32603;
  }

  private constructor(code: number, title: string, data: string) {
    super(data);
    this.code = code;
    this.title = title;
  }

  static parse(data: string): RpcError {
    return new RpcError(-32700, "Parse error. Invalid JSON", data);
  }

  static invalidRequest(data: string): RpcError {
    return new RpcError(-32600, "Invalid Request", data);
  }

  static unknownMethod(): RpcError {
    return new RpcError(-32601, "Method not found", "");
  }

  static invalidParams(data: string): RpcError {
    return new RpcError(-32602, "Invalid params", data);
  }

  static internal(data: string): RpcError {
    return new RpcError(-32603, "Internal error", data);
  }

  static server(data: string): RpcError {
    return new RpcError(-32000, "Server error", data);
  }
}

/** A method of which parameters are wanted was called without the member `params`: the reference breaks off there. */
export class MissingParams extends Error {
  override readonly name = "MissingParams";

  constructor() {
    super("reflect: Call with too few input arguments");
  }
}

/** What anything thrown is to a client: our errors as they are, the rest as internal errors with their text. */
export function toRpcError(error: unknown): RpcError {
  return error instanceof RpcError ? error : RpcError.internal(messageOf(error));
}

/** A request as it came, once it is known to be one. `id` undefined: a notification, which gets no answer. */
export interface RpcRequest {
  readonly id: RequestId | undefined;
  readonly method: string;
  /** Source text, read by the method that wants it. */
  readonly params: RawJson | undefined;
}

/** The type that the reference decodes requests into, as its messages name it. */
const goRequestType = `struct { ${[
  ["JSONRPC string", "jsonrpc"],
  ["ID interface {}", "id,omitempty"],
  ["Method string", "method"],
  ["Params json.RawMessage", "params"],
]
  .map(([field, tag]) => `${field} ${JSON.stringify(`json:${JSON.stringify(tag)}`)}`)
  .join("; ")} }`;

/** Reads one request. Throws GoJsonError in the reference's words. */
export function parseRequest(raw: RawJson): RpcRequest {
  if (raw === "null") return { id: undefined, method: "", params: undefined };
  if (kindOf(raw) !== "object") throw wrongKind(raw, goRequestType);
  // Names of fields are compared without case, as the reference does it.
  const members = new Map<string, RawJson>();
  for (const [name, value] of membersOf(raw)) members.set(name.toLowerCase(), value);
  const text = (name: string): string => {
    const value = members.get(name) ?? "null";
    if (value === "null") return "";
    if (kindOf(value) === "string") return stringOf(value);
    throw new GoJsonError(`json: cannot unmarshal ${kindOf(value)} into Go struct field .${name} of type string`);
  };
  text("jsonrpc");
  return { method: text("method"), id: readId(members.get("id") ?? "null"), params: members.get("params") };
}

const maxIdSize = 2 ** 63;

function readId(raw: RawJson): RequestId | undefined {
  const kind = kindOf(raw);
  if (kind === "null") return undefined;
  if (kind === "string") return stringOf(raw);
  if (kind === "number") {
    const id = Math.trunc(Number(raw));
    // What does not fit is the least integer in the reference.
    return Math.abs(id) < maxIdSize ? id : -maxIdSize;
  }
  if (kind === "bool") throw new GoJsonError(`json-rpc ID (${raw}) is of unknown type (bool)`);
  const type = kind === "array" ? "[]interface {}" : "map[string]interface {}";
  const shown = raw === "{}" ? "map[]" : raw;
  throw new GoJsonError(`json-rpc ID (${shown}) is of unknown type (${type})`);
}

/** The refusal of a text that holds no request. */
export function unreadable(error: unknown): RpcError {
  if (!(error instanceof GoJsonError)) throw error;
  return RpcError.parse(`error unmarshaling request: ${error.message}`);
}

export function resultText(id: RequestId, result: JsonValue): string {
  return JSON.stringify({ jsonrpc: "2.0", id, result });
}

export function errorText(id: RequestId | undefined, error: RpcError): string {
  const { code, title, message } = error;
  const body = message === "" ? { code, message: title } : { code, message: title, data: message };
  return JSON.stringify(id === undefined ? { jsonrpc: "2.0", error: body } : { jsonrpc: "2.0", id, error: body });
}
