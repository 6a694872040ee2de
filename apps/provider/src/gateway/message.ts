/** HTTP requests and responses as values: what the routes decide over, without a socket. */
import { utf8 } from "@stoa/std";

export interface GatewayRequest {
  readonly method: string;
  /** Path and query as the client sent them. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body, or undefined if it is longer than this many bytes. Called at most once. */
  readonly readBody: (maxBytes: number) => Promise<Uint8Array | undefined>;
  /** Address of the account whose certificate the connection showed. */
  readonly certificateOwner: string | undefined;
}

export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const nothing = new Uint8Array(0);

/** A status without a body. */
export function emptyResponse(status: number, headers: Readonly<Record<string, string>> = {}): GatewayResponse {
  return { status, headers, body: nothing };
}

/** An error as plain text with a line end, as the reference writes it. */
export function textError(status: number, message: string): GatewayResponse {
  const headers = { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" };
  return { status, headers, body: utf8(`${message}\n`) };
}

/** An error of authentication: `{"message": …}`. */
export function authError(status: number, message: string): GatewayResponse {
  return {
    status,
    headers: { "Content-Type": "application/json" },
    body: utf8(JSON.stringify({ message })),
  };
}

/** Who asks may not do this. */
export const unauthorized = authError(401, "unauthorized access");

/** A JSON answer; 64-bit numbers are written with all their digits. */
export function jsonResponse(value: unknown, contentType = "application/json; charset=UTF-8"): GatewayResponse {
  return { status: 200, headers: { "Content-Type": contentType }, body: utf8(writeJson(value)) };
}

/** JSON of a value: bigint as a number, undefined members left out. */
export function writeJson(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${writeJson(member)}`).join(",")}}`;
}
