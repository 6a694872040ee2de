import { messageOf } from "@stoa/host";

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

/** What anything thrown is to a client: our errors as they are, the rest as internal errors with their text. */
export function toRpcError(error: unknown): RpcError {
  return error instanceof RpcError ? error : RpcError.internal(messageOf(error));
}

/** A request as it came, once it is known to be one. `id` undefined: a notification, which gets no answer. */
export interface RpcRequest {
  readonly id: RequestId | undefined;
  readonly method: string;
  readonly params: unknown;
}

/** Reads one request object. Throws RpcError. */
export function parseRequest(value: unknown): RpcRequest {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw RpcError.parse("error unmarshaling request: a request is an object");
  }
  const { id, method, params } = value as Readonly<Record<string, unknown>>;
  if (id !== undefined && id !== null && typeof id !== "string" && typeof id !== "number") {
    throw RpcError.parse("error unmarshaling request: id is neither a text nor a number");
  }
  if (typeof id === "number" && !Number.isInteger(id)) {
    throw RpcError.parse("error unmarshaling request: id is no integer");
  }
  if (typeof method !== "string") throw RpcError.parse("error unmarshaling request: method is no text");
  return { id: id ?? undefined, method, params };
}

export function resultText(id: RequestId, result: JsonValue): string {
  return JSON.stringify({ jsonrpc: "2.0", id, result });
}

export function errorText(id: RequestId | undefined, error: RpcError): string {
  const { code, title, message } = error;
  const body = message === "" ? { code, message: title } : { code, message: title, data: message };
  return JSON.stringify(id === undefined ? { jsonrpc: "2.0", error: body } : { jsonrpc: "2.0", id, error: body });
}
