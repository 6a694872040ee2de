import { fromHex, fromUtf8Lossy, maxInt64, minInt64, utf8 } from "@stoa/std";
import {
  elementsOf,
  GoJsonError,
  kindOf,
  membersOf,
  type RawJson,
  readRawJson,
  stringOf,
  wrongKind,
} from "./go-json.ts";
import { RpcError } from "./json-rpc.ts";

/**
 * Kinds of parameters. `bytes` and `tx` are base64 in JSON, `hex` is hex in JSON; in URLs all three are 0x-hex or quoted
 * text (base-chain.md §5.1). `integer`, `count` and `index` differ in their range and name. `evidence` is not taken by
 * any engine here; what is wrong with it is said before that.
 */
export type ParamKind = "text" | "integer" | "count" | "index" | "yesNo" | "bytes" | "tx" | "hex" | "evidence";

/** Parameters of a method, in the order of positional calls. */
export type ParamList = Readonly<Record<string, ParamKind>>;

interface KindTypes {
  text: string;
  integer: bigint;
  count: bigint;
  index: bigint;
  yesNo: boolean;
  bytes: Uint8Array;
  tx: Uint8Array;
  hex: Uint8Array;
  evidence: string;
}

/** What a handler gets: parameters that the caller left out are undefined. */
export type ParamValues<P extends ParamList> = { readonly [K in keyof P]: KindTypes[P[K]] | undefined };

type ParamValue = KindTypes[ParamKind] | undefined;

/** The names of the reference's types, which its messages show. */
const goTypes: Readonly<Record<ParamKind, string>> = {
  text: "string",
  integer: "int64",
  count: "int",
  index: "uint",
  yesNo: "bool",
  bytes: "[]uint8",
  tx: "types.Tx",
  hex: "bytes.HexBytes",
  evidence: "json.interfaceWrapper",
};

const maxUint64 = (1n << 64n) - 1n;

/** Parameters of a JSON request: an object by name or an array by position. Unknown names are ignored. */
export function readJsonParams<P extends ParamList>(list: P, params: RawJson | undefined): ParamValues<P> {
  return refusing("json", () => {
    const kind = params === undefined ? "null" : kindOf(params);
    if (params === undefined || kind === "null") return readAll(list, () => undefined);
    if (kind === "object") {
      const members = membersOf(params);
      return readAll(list, (name, type) => readJsonValue(type, members.get(name)));
    }
    if (kind !== "array") {
      const reason = wrongKind(params, "[]json.RawMessage").message;
      throw new GoJsonError(`unknown type for JSON params: ${reason}. Expected map or array`);
    }
    const names = Object.keys(list);
    const elements = elementsOf(params);
    if (elements.length !== names.length) {
      const got = elements.map((raw) => `[${[...utf8(raw)].join(" ")}]`).join(" ");
      throw new GoJsonError(
        `expected ${names.length} parameters ([${names.join(" ")}]), got ${elements.length} ([${got}])`,
      );
    }
    return readAll(list, (name, type) => readJsonValue(type, elements[names.indexOf(name)]));
  });
}

/** Parameters of a URL's query. */
export function readUriParams<P extends ParamList>(list: P, query: URLSearchParams): ParamValues<P> {
  return refusing("http", () =>
    readAll(list, (name, type) => {
      const text = query.get(name) ?? "";
      return text === "" ? undefined : readUriValue(type, text);
    }),
  );
}

function refusing<T>(form: "json" | "http", read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GoJsonError)) throw error;
    throw RpcError.invalidParams(`error converting ${form} params to arguments: ${error.message}`);
  }
}

function readAll<P extends ParamList>(list: P, read: (name: string, kind: ParamKind) => ParamValue): ParamValues<P> {
  const values: Record<string, ParamValue> = {};
  for (const name in list) values[name] = read(name, list[name] as ParamKind);
  return values as ParamValues<P>;
}

function readJsonValue(kind: ParamKind, raw: RawJson | undefined): ParamValue {
  if (raw === undefined || raw === "null") return undefined;
  if (kind === "integer" || kind === "count" || kind === "index") return integerValue(kind, raw);
  const type = kindOf(raw);
  if (kind === "yesNo") {
    if (type !== "bool") throw wrongKind(raw, goTypes[kind]);
    return raw === "true";
  }
  if (kind === "evidence") throw evidenceProblem(raw);
  if (type === "array" && (kind === "bytes" || kind === "tx")) return bytesOfArray(raw);
  if (type !== "string")
    throw kind === "hex" ? new GoJsonError(`invalid hex string: ${raw}`) : wrongKind(raw, goTypes[kind]);
  const text = stringOf(raw);
  if (kind === "text") return text;
  return kind === "hex" ? hexValue(text) : base64Value(text);
}

/** Bytes may stand as a list of numbers, too. */
function bytesOfArray(raw: RawJson): Uint8Array {
  const bytes = elementsOf(raw).map((each) => {
    if (/^\d{1,3}$/.test(each) && Number(each) <= 255) return Number(each);
    if (kindOf(each) !== "number") throw wrongKind(each, "uint8");
    throw new GoJsonError(`json: cannot unmarshal number ${each} into Go value of type uint8`);
  });
  return Uint8Array.from(bytes);
}

/** Integers of 64 bits travel as texts that hold a JSON number. */
function integerValue(kind: "integer" | "count" | "index", raw: RawJson): bigint {
  if (kindOf(raw) !== "string") {
    throw new GoJsonError(`invalid 64-bit integer encoding ${JSON.stringify(raw)}, expected string`);
  }
  const inner = readRawJson(raw.slice(1, -1));
  const type = kindOf(inner);
  if (type === "null") return 0n;
  if (type !== "number") throw wrongKind(inner, goTypes[kind]);
  const value = /^-?\d{1,20}$/.test(inner) ? BigInt(inner) : undefined;
  const [lowest, highest] = kind === "index" ? [0n, maxUint64] : [minInt64, maxInt64];
  if (value !== undefined && value >= lowest && value <= highest) return value;
  throw new GoJsonError(`json: cannot unmarshal number ${inner} into Go value of type ${goTypes[kind]}`);
}

function evidenceProblem(raw: RawJson): GoJsonError {
  if (kindOf(raw) !== "object") return wrongKind(raw, goTypes.evidence);
  const members = membersOf(raw);
  const type = members.get("type") ?? '""';
  if (kindOf(type) !== "string" || stringOf(type) === "") return new GoJsonError("interface type cannot be empty");
  if (!members.has("value")) return new GoJsonError("interface value cannot be empty");
  return new GoJsonError(`unknown type ${JSON.stringify(stringOf(type))}`);
}

function hexValue(text: string): Uint8Array {
  const value = fromHex(text);
  if (value !== undefined) return value;
  const bad = /[^0-9a-fA-F]/u.exec(text)?.[0];
  if (bad === undefined) throw new GoJsonError("encoding/hex: odd length hex string");
  const code = (bad.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  throw new GoJsonError(`encoding/hex: invalid byte: U+${code} '${bad}'`);
}

function base64Value(text: string): Uint8Array {
  const joined = text.replace(/[\r\n]/g, "");
  const value = Buffer.from(joined, "base64");
  // Node reads other forms, too; only the standard one comes back as it was. A copy, since Node's memory is shared.
  if (value.toString("base64") === joined) return new Uint8Array(value);
  throw new GoJsonError(`illegal base64 data at input byte ${base64Fault(text)}`);
}

/** Where the reference's decoder gives up. */
function base64Fault(text: string): number {
  const foreign = text.search(/[^A-Za-z0-9+/\r\n]/);
  if (foreign < 0) return text.length - (text.replace(/[\r\n]/g, "").length % 4);
  if (text[foreign] !== "=" || foreign % 4 < 2) return foreign;
  if (foreign % 4 === 3) return foreign + 1;
  return foreign + 1 >= text.length ? text.length : text[foreign + 1] === "=" ? foreign + 2 : foreign;
}

function readUriValue(kind: ParamKind, text: string): ParamValue {
  const integer = kind === "integer" || kind === "count" || kind === "index";
  const bytes = kind === "bytes" || kind === "tx" || kind === "hex";
  if (integer && /^-?\d+$/.test(text)) return integerValue(kind, `"${text}"`);
  if (/^0[xX]/.test(text)) {
    if (!bytes && kind !== "text") {
      const name = kind === "evidence" ? "interface" : goTypes[kind];
      throw new GoJsonError(`got a hex string arg, but expected '${name}'`);
    }
    const value = hexValue(text.slice(2));
    return kind === "text" ? fromUtf8Lossy(value) : value;
  }
  if (integer && !(text.startsWith('"') && text.endsWith('"'))) {
    throw new GoJsonError(`invalid 64-bit integer encoding ${JSON.stringify(text)}, expected string`);
  }
  if (kind === "hex" && text !== "null" && !text.startsWith('"')) {
    throw new GoJsonError(`invalid hex string: ${text}`);
  }
  const raw = readRawJson(text);
  return bytes && kindOf(raw) === "string" ? utf8(stringOf(raw)) : readJsonValue(kind, raw);
}
