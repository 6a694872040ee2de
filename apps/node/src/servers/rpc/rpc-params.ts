import { fromBase64, fromHex, maxInt64, minInt64, utf8 } from "@stoa/std";
import { RpcError } from "./json-rpc.ts";

/**
 * Kinds of parameters. `bytes` is base64 in JSON, `hex` is hex in JSON; in URLs both are 0x-hex or quoted text
 * (base-chain.md §5.1).
 */
export type ParamKind = "text" | "integer" | "yesNo" | "bytes" | "hex";

/** Parameters of a method, in the order of positional calls. */
export type ParamList = Readonly<Record<string, ParamKind>>;

interface KindTypes {
  text: string;
  integer: bigint;
  yesNo: boolean;
  bytes: Uint8Array;
  hex: Uint8Array;
}

/** What a handler gets: parameters that the caller left out are undefined. */
export type ParamValues<P extends ParamList> = { readonly [K in keyof P]: KindTypes[P[K]] | undefined };

type Read = (kind: ParamKind, raw: unknown) => KindTypes[ParamKind];

/** Parameters of a JSON request: an object by name or an array by position. Unknown names are ignored. */
export function readJsonParams<P extends ParamList>(list: P, params: unknown): ParamValues<P> {
  const names = Object.keys(list);
  if (params === undefined || params === null) return readAll(list, () => undefined, readJson);
  if (Array.isArray(params)) {
    if (params.length !== names.length) {
      const counts = `expected ${names.length} parameters (${names.join(" ")}), got ${params.length} (${params.join(" ")})`;
      throw RpcError.invalidParams(`error converting json params to arguments: ${counts}`);
    }
    return readAll(list, (name) => params[names.indexOf(name)], readJson);
  }
  if (typeof params !== "object") {
    throw RpcError.invalidParams("error converting json params to arguments: unknown type for JSON params");
  }
  const byName = new Map(Object.entries(params));
  return readAll(list, (name) => byName.get(name), readJson);
}

/** Parameters of a URL's query. */
export function readUriParams<P extends ParamList>(list: P, query: URLSearchParams): ParamValues<P> {
  return readAll(list, (name) => query.get(name) || undefined, readUri);
}

function readAll<P extends ParamList>(list: P, rawOf: (name: string) => unknown, read: Read): ParamValues<P> {
  const values: Record<string, KindTypes[ParamKind] | undefined> = {};
  for (const [name, kind] of Object.entries(list)) {
    const raw = rawOf(name);
    values[name] = raw === undefined || raw === null ? undefined : read(kind, raw);
  }
  return values as ParamValues<P>;
}

function readJson(kind: ParamKind, raw: unknown): KindTypes[ParamKind] {
  const refuse = (reason: string): never => {
    throw RpcError.invalidParams(`error converting json params to arguments: ${reason}`);
  };
  if (kind === "yesNo") return typeof raw === "boolean" ? raw : refuse("expected true or false");
  if (kind === "integer") {
    const text = typeof raw === "number" && Number.isSafeInteger(raw) ? String(raw) : raw;
    if (typeof text !== "string") return refuse("invalid 64-bit integer encoding, expected string");
    return integerOf(text) ?? refuse(`invalid integer ${JSON.stringify(text)}`);
  }
  if (typeof raw !== "string") return refuse("expected a string");
  if (kind === "text") return raw;
  if (kind === "hex") return fromHex(raw) ?? refuse(`invalid hex ${JSON.stringify(raw)}`);
  return fromBase64(raw) ?? refuse(`illegal base64 data in ${JSON.stringify(raw.slice(0, 64))}`);
}

function readUri(kind: ParamKind, raw: unknown): KindTypes[ParamKind] {
  const text = String(raw);
  const refuse = (reason: string): never => {
    throw RpcError.invalidParams(`error converting http params to arguments: ${reason}`);
  };
  const hex = /^0[xX]/.test(text) ? fromHex(text.slice(2)) : undefined;
  if (kind === "integer") {
    const digits = /^"(.*)"$/.exec(text)?.[1] ?? text;
    return integerOf(digits) ?? refuse(`invalid 64-bit integer encoding ${JSON.stringify(text)}, expected string`);
  }
  if (kind === "yesNo") {
    if (text === "true" || text === "false") return text === "true";
    return refuse(`expected true or false, got ${JSON.stringify(text)}`);
  }
  if (hex !== undefined) return kind === "text" ? new TextDecoder().decode(hex) : hex;
  if (/^0[xX]/.test(text)) return refuse(`invalid hex ${JSON.stringify(text)}`);
  const quoted = quotedText(text) ?? refuse(`expected a quoted string or 0x-hex, got ${JSON.stringify(text)}`);
  return kind === "text" ? quoted : utf8(quoted);
}

function integerOf(text: string): bigint | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value >= minInt64 && value <= maxInt64 ? value : undefined;
}

function quotedText(text: string): string | undefined {
  if (!text.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
