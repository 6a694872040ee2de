import { create, type DescEnum, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { parseTime } from "@stoa/consensus";
import { fromBase64, fromBase64Url } from "@stoa/std";
import { durationOf, timestampOf } from "../services/proto-times.ts";
import { ServiceError } from "../services/service-error.ts";

/** Values of one list field: each costs memory in the request that is built. */
const maxListValues = 10_000;

type Fields = Record<string, unknown>;

function invalid(message: string): ServiceError {
  return new ServiceError("InvalidArgument", message);
}

/**
 * Sets a field of a request from the texts of a URL, by the rules of the reference's gateway: names of the schema or
 * camel-case ones, joined by dots; names that do not exist are passed over. Throws ServiceError with the gateway's text.
 */
export function setFromTexts(schema: DescMessage, message: Message, name: string, texts: readonly string[]): void {
  let fields = message as unknown as Fields;
  let at = schema;
  const path = name.split(".");
  for (const [i, part] of path.entries()) {
    const field = at.fields.find((each) => isNamed(each, part));
    if (field === undefined) return;
    const isLast = i === path.length - 1;
    if (field.fieldKind === "message" && (!isLast || !isTextType(field.message))) {
      if (isLast) throw invalid(`field type *${goNameOf(field.message)} is not supported in query parameters`);
      fields[field.localName] ??= create(field.message);
      fields = fields[field.localName] as Fields;
      at = field.message;
      continue;
    }
    if (!isLast) {
      const kind =
        field.fieldKind === "list" ? "unexpected repeated field in" : `unexpected nested field ${path[i + 1]} in`;
      throw invalid(`${kind} ${path.slice(0, field.fieldKind === "list" ? undefined : i + 1).join(".")}`);
    }
    setField(field, fields, texts);
  }
}

/** The gateway keeps no JSON name where it is the name itself, so that an empty text stands for the first such field. */
function isNamed({ name, jsonName }: DescField, part: string): boolean {
  return part === "" ? name === jsonName : name === part || jsonName === part;
}

function isTextType({ typeName }: DescMessage): boolean {
  return typeName === "google.protobuf.Timestamp" || typeName === "google.protobuf.Duration";
}

function setField(field: DescField, fields: Fields, texts: readonly string[]): void {
  if (field.fieldKind === "map") throw invalid(`unsupported field ${field.name}`);
  if (field.fieldKind === "list") {
    if (texts.length > maxListValues) throw invalid(`more than ${maxListValues} values of ${field.name}`);
    fields[field.localName] = texts.map((text) => readText(field, text));
    return;
  }
  const value = readText(field, texts[0] ?? "");
  if (field.oneof === undefined) fields[field.localName] = value;
  else fields[field.oneof.localName] = { case: field.localName, value };
}

function readText(field: DescField, text: string): unknown {
  if ("message" in field && field.message !== undefined) return textMessage(field.message, text);
  if ("enum" in field && field.enum !== undefined) {
    const known = field.enum.values.find(({ name, number }) => name === text || String(number) === text);
    if (known === undefined) throw invalid(`${text} is not a valid ${goNameOf(field.enum)}`);
    return known.number;
  }
  return scalarOf(field.scalar ?? ScalarType.STRING, text);
}

/** How the reference names a type in these texts: its Go package and its own name. */
function goNameOf({ typeName }: DescEnum | DescMessage): string {
  const parts = typeName.split(".");
  const isCosmos = parts[0] === "cosmos";
  return `${parts.at(isCosmos ? -3 : -2) ?? ""}.${parts.at(-1) ?? ""}`;
}

function textMessage(schema: DescMessage, text: string): unknown {
  if (schema.typeName === "google.protobuf.Timestamp") {
    const time = text === "null" ? 0n : parseTime(text);
    if (time === undefined) throw invalid(`bad Timestamp: parsing time ${JSON.stringify(text)}`);
    return create(schema, timestampOf(time));
  }
  const seconds = /^(\d{1,12})s$/.exec(text)?.[1];
  if (schema.typeName !== "google.protobuf.Duration") throw invalid(`unsupported field type ${schema.typeName}`);
  if (seconds === undefined) throw invalid(`bad Duration: time: invalid duration ${JSON.stringify(text)}`);
  return create(schema, durationOf(BigInt(seconds) * 1_000_000_000n));
}

const trueTexts: ReadonlySet<string> = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const falseTexts: ReadonlySet<string> = new Set(["0", "f", "F", "FALSE", "false", "False"]);

function scalarOf(type: ScalarType, text: string): unknown {
  switch (type) {
    case ScalarType.STRING:
      return text;
    case ScalarType.BYTES:
      return bytesOf(text);
    case ScalarType.BOOL:
      if (trueTexts.has(text)) return true;
      if (falseTexts.has(text)) return false;
      throw invalid(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return integerOf("ParseInt", text, -(2n ** 63n), 2n ** 63n - 1n);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return integerOf("ParseUint", text, 0n, 2n ** 64n - 1n);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return Number(integerOf("ParseInt", text, -(2n ** 31n), 2n ** 31n - 1n));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return Number(integerOf("ParseUint", text, 0n, 2n ** 32n - 1n));
    default: {
      const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
      if (Number.isFinite(number)) return number;
      throw invalid(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
    }
  }
}

/** Longest integer text that is looked at. */
const maxDigits = 70;

/** An integer with Go's prefixes: 0x, 0o, 0b, and a leading 0 for octal. */
function integerOf(reader: "ParseInt" | "ParseUint", text: string, min: bigint, max: bigint): bigint {
  const problem = (why: string): ServiceError =>
    invalid(`strconv.${reader}: parsing ${JSON.stringify(text.slice(0, 256))}: ${why}`);
  const [, sign = "", digits = ""] = /^([+-]?)(0x[\da-f]+|0b[01]+|0o[0-7]+|\d+)$/i.exec(text) ?? [];
  if (digits === "" || (sign !== "" && reader === "ParseUint")) throw problem("invalid syntax");
  if (digits.length > maxDigits) throw problem("value out of range");
  const octal = /^0\d+$/.test(digits);
  if (octal && /[89]/.test(digits)) throw problem("invalid syntax");
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const signed = sign === "-" ? -value : value;
  if (signed < min || signed > max) throw problem("value out of range");
  return signed;
}

/** Base64 in either alphabet, padded or not. */
function bytesOf(text: string): Uint8Array {
  const bytes = fromBase64(text) ?? fromBase64Url(text.replace(/={1,2}$/, ""));
  if (bytes !== undefined) return bytes;
  const bad = text.search(/[^A-Za-z0-9_-]/);
  throw invalid(`illegal base64 data at input byte ${bad === -1 ? text.length - (text.length % 4) : bad}`);
}

/** A parameter's value in the gateway's words when it is a part of the path. */
export function setFromPath(schema: DescMessage, message: Message, name: string, text: string): void {
  try {
    setFromTexts(schema, message, name, [text]);
  } catch (problem) {
    if (!(problem instanceof ServiceError)) throw problem;
    throw invalid(`type mismatch, parameter: ${name}, error: ${problem.message}`);
  }
}
