import {
  create,
  type DescField,
  type DescMessage,
  type JsonValue,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { Dec, err, fromUtf8, ok, type Result, toBase64, toHexUpper } from "@stoa/std";
import { decode } from "./codec.ts";
import { optionsOf } from "./field-options.ts";
import { setMember } from "./json-text.ts";
import { absentMapValues, type Fields, fieldsOf } from "./message-plan.ts";
import { zeroTimeSeconds } from "./std-time.ts";
import { structJson, structJsonTypes } from "./struct-json.ts";
import { fractionText, protoTimeText } from "./time-text.ts";
import type { TypeResolver } from "./unknown-fields.ts";
import { WireError } from "./wire-error.ts";
import { printableText } from "./wire-text.ts";

/** Deepest nesting of messages and Any values that is printed: the decoder's own limit. */
const maxDepth = 500;

/**
 * A message in the reference's protobuf JSON form, as REST, events and genesis print it: names of the schema, defaults
 * printed, 64-bit numbers as texts, decimals with 18 places, bytes in base64 (`null` when empty), Any values opened.
 * Fails for an Any of unknown type or broken content.
 */
export function toProtoJson<S extends DescMessage>(
  schema: S,
  message: MessageShape<S>,
  resolve: TypeResolver,
): Result<JsonValue, WireError> {
  try {
    return ok(messageJson(schema, fieldsOf(message), { resolve, depth: maxDepth }));
  } catch (error) {
    if (error instanceof WireError) return err(error);
    throw error;
  }
}

interface Printer {
  readonly resolve: TypeResolver;
  readonly depth: number;
}

type MessagePrinter = (fields: Fields, printer: Printer) => JsonValue;

/** Messages with a text form of their own. */
const wellKnown: ReadonlyMap<string, MessagePrinter> = new Map<string, MessagePrinter>([
  ["google.protobuf.Any", anyJson],
  ["google.protobuf.Timestamp", timestampJson],
  ["google.protobuf.Duration", durationJson],
  ["k8s.io.apimachinery.pkg.api.resource.Quantity", quantityJson],
]);

function messageJson(schema: DescMessage, fields: Fields, printer: Printer): JsonValue {
  if (printer.depth === 0) throw new WireError("messages nested too deeply");
  const special = wellKnown.get(schema.typeName);
  return special === undefined ? objectJson(schema, fields, printer) : special(fields, printer);
}

function nestedJson(schema: DescMessage, fields: Fields, printer: Printer): JsonValue {
  return structJsonTypes.has(schema.typeName) ? structJson(schema, fields) : messageJson(schema, fields, printer);
}

function objectJson(schema: DescMessage, fields: Fields, outer: Printer): Record<string, JsonValue> {
  const printer = { ...outer, depth: outer.depth - 1 };
  const object: Record<string, JsonValue> = {};
  for (const field of schema.fields) {
    if (field.oneof === undefined) {
      object[field.name] = fieldJson(field, fields[field.localName], printer);
      continue;
    }
    const chosen = fields[field.oneof.localName] as { readonly case?: string; readonly value?: unknown };
    if (chosen.case === field.localName) object[field.name] = valueJson(field, chosen.value, printer, "");
  }
  return object;
}

function fieldJson(field: DescField, value: unknown, printer: Printer): JsonValue {
  if (field.fieldKind === "list") {
    return (value as readonly unknown[]).map((item) => valueJson(field, item, printer, ""));
  }
  if (field.fieldKind === "map") {
    const object: Record<string, JsonValue> = {};
    const entries = Object.entries(value as Readonly<Record<string, unknown>>);
    for (const [key, item] of entries) {
      const absent = absentMapValues.has(item as object);
      setMember(object, key, absent ? null : valueJson(field, item, printer, ""));
    }
    return object;
  }
  if (value === undefined && field.fieldKind === "message" && optionsOf(field).nonNullable) {
    const empty = fieldsOf(create(field.message));
    if (optionsOf(field).stdTime) empty.seconds = zeroTimeSeconds;
    return nestedJson(field.message, empty, printer);
  }
  if (value === "" && optionsOf(field).customNumber !== undefined && !optionsOf(field).nonNullable) return null;
  return value === undefined ? null : valueJson(field, value, printer, null);
}

/** One value; `emptyBytes` is how empty bytes are printed: null for a field, "" within a list or oneof. */
function valueJson(field: DescField, value: unknown, printer: Printer, emptyBytes: "" | null): JsonValue {
  if ("message" in field && field.message !== undefined) return nestedJson(field.message, value as Fields, printer);
  if ("enum" in field && field.enum !== undefined) {
    return field.enum.value[value as number]?.name ?? (value as number);
  }
  const number = optionsOf(field).customNumber;
  if (number !== undefined) return numberJson(number, value as string | Uint8Array);
  switch (field.scalar) {
    case ScalarType.STRING:
      return printableText(value as string);
    case ScalarType.BYTES:
      return bytesJson(field, value as Uint8Array, emptyBytes);
    case ScalarType.BOOL:
      return value as boolean;
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return Number.isFinite(value) ? (value as number) : String(value);
    default:
      return typeof value === "bigint" ? value.toString() : (value as number);
  }
}

function numberJson(kind: "int" | "dec", value: string | Uint8Array): JsonValue {
  const text = typeof value === "string" ? value : (fromUtf8(value) ?? "");
  if (kind === "int") return text === "" ? "0" : text;
  const dec = Dec.fromWire(text === "" ? "0" : text);
  if (dec === undefined) throw new WireError(`not a decimal: ${text.slice(0, 80)}`);
  return dec.toString();
}

function bytesJson(field: DescField, value: Uint8Array, emptyBytes: "" | null): JsonValue {
  const options = optionsOf(field);
  if (options.rawJson) return inlineJson(value, emptyBytes);
  if (options.hexBytes) return toHexUpper(value);
  return value.length === 0 ? emptyBytes : toBase64(value);
}

/** Bytes that hold JSON themselves are printed as that JSON. */
function inlineJson(value: Uint8Array, empty: "" | null): JsonValue {
  if (value.length === 0 && empty === null) return null;
  const text = fromUtf8(value);
  if (text === undefined) throw new WireError("raw JSON is not UTF-8");
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new WireError("raw JSON does not parse");
  }
}

function anyJson(fields: Fields, printer: Printer): JsonValue {
  const url = fields.typeUrl as string;
  const schema = printer.resolve(url);
  if (schema === undefined) throw new WireError(`unknown message type ${url.slice(0, 128)}`);
  const inner = fieldsOf(decode(schema, fields.value as Uint8Array));
  const special = wellKnown.get(schema.typeName);
  if (special !== undefined) return { "@type": url, value: special(inner, printer) };
  if (printer.depth === 0) throw new WireError("messages nested too deeply");
  return { "@type": url, ...objectJson(schema, inner, printer) };
}

function timestampJson(fields: Fields): JsonValue {
  return protoTimeText(fields.seconds as bigint, fields.nanos as number);
}

function durationJson(fields: Fields): JsonValue {
  const seconds = fields.seconds as bigint;
  const nanos = fields.nanos as number;
  const sign = seconds < 0n || nanos < 0 ? "-" : "";
  const whole = seconds < 0n ? -seconds : seconds;
  return `${sign}${whole}${fractionText(nanos < 0 ? -nanos : nanos)}s`;
}

function quantityJson(fields: Fields): JsonValue {
  const text = fields.string as string;
  return text === "" ? "0" : text;
}
