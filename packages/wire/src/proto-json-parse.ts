import {
  create,
  type DescField,
  type DescMessage,
  type JsonValue,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import { Dec, err, fromBase64, fromBase64Url, fromHex, ok, parseGoInteger, type Result, utf8 } from "@stoa/std";
import { encode } from "./codec.ts";
import { optionsOf } from "./field-options.ts";
import { jsonText, setMember } from "./json-text.ts";
import { absentMapValues, type Fields, fieldsOf } from "./message-plan.ts";
import { checkStdDuration, checkStdTime } from "./std-time.ts";
import { parseDurationText, parseTimeText } from "./time-text.ts";
import type { TypeResolver } from "./unknown-fields.ts";
import { WireError } from "./wire-error.ts";

/** Deepest nesting of messages that is read: the decoder's own limit. */
const maxDepth = 500;

/**
 * A message from its protobuf JSON form: the inverse of `toProtoJson`. Names of the schema and camel-case names are
 * read alike (the latter wins), numbers may be texts, enumerations names or numbers, bytes standard or URL base64, a
 * null stands for the default. Fails for unknown names, values of a wrong kind or out of range, and Any values of
 * unknown type.
 */
export function fromProtoJson<S extends DescMessage>(
  schema: S,
  json: JsonValue,
  resolve: TypeResolver,
): Result<MessageShape<S>, WireError> {
  try {
    const message = create(schema);
    readMessage(schema, fieldsOf(message), json, { resolve, depth: maxDepth, path: schema.typeName });
    return ok(message);
  } catch (error) {
    if (error instanceof WireError) return err(error);
    throw error;
  }
}

/** Where in the text the reader stands, for its errors, and what it may do. */
interface Place {
  readonly resolve: TypeResolver;
  readonly depth: number;
  readonly path: string;
}

function refuse(place: Place, problem: string): never {
  throw new WireError(`${place.path}: ${problem}`);
}

function readMessage(schema: DescMessage, fields: Fields, json: JsonValue, place: Place): void {
  if (place.depth === 0) refuse(place, "messages nested too deeply");
  if (schema.typeName === "google.protobuf.Any") readAny(fields, json, place);
  else if (schema.typeName === "google.protobuf.Timestamp") readTimestamp(fields, json, place);
  else if (schema.typeName === "google.protobuf.Duration") readDuration(fields, json, place);
  else if (schema.typeName === "k8s.io.apimachinery.pkg.api.resource.Quantity") {
    fields.string = textOf(json, place);
  } else readObject(schema, fields, objectOf(json, place), place);
}

function objectOf(json: JsonValue, place: Place): { readonly [key: string]: JsonValue } {
  if (json === null || typeof json !== "object" || Array.isArray(json)) return refuse(place, "expected an object");
  return json;
}

function textOf(json: JsonValue, place: Place): string {
  return typeof json === "string" ? json : refuse(place, "expected a text");
}

function readObject(
  schema: DescMessage,
  fields: Fields,
  object: { readonly [key: string]: JsonValue },
  place: Place,
): void {
  const unread = new Set(Object.keys(object));
  for (const field of schema.fields) {
    const name = unread.has(field.jsonName) ? field.jsonName : field.name;
    const found = unread.has(name);
    unread.delete(field.jsonName);
    unread.delete(field.name);
    if (!found) continue;
    const inner = { ...place, depth: place.depth - 1, path: `${place.path}.${field.name}` };
    readField(field, fields, object[name] ?? null, inner);
  }
  for (const name of unread) refuse(place, `unknown field ${JSON.stringify(name.slice(0, 80))}`);
}

function readField(field: DescField, fields: Fields, json: JsonValue, place: Place): void {
  if (json === null && !optionsOf(field).rawJson) return;
  if (field.oneof !== undefined) {
    fields[field.oneof.localName] = { case: field.localName, value: readValue(field, json, place) };
  } else if (field.fieldKind === "list") {
    if (!Array.isArray(json)) refuse(place, "expected a list");
    fields[field.localName] = json.map((item) => readValue(field, item, place));
  } else if (field.fieldKind === "map") {
    const map: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(objectOf(json, place)))
      setMember(map, key, readMapValue(field, item, place));
    fields[field.localName] = map;
  } else {
    fields[field.localName] = readValue(field, json, place);
  }
}

function readMapValue(field: DescField & { fieldKind: "map" }, json: JsonValue, place: Place): unknown {
  if (json !== null || field.mapKind !== "message") return readValue(field, json, place);
  const absent = create(field.message);
  absentMapValues.add(absent);
  return absent;
}

function readValue(field: DescField, json: JsonValue, place: Place): unknown {
  if ("message" in field && field.message !== undefined) {
    const inner = fieldsOf(create(field.message));
    readMessage(field.message, inner, json, place);
    if (optionsOf(field).stdTime) checkStdTime(inner);
    if (optionsOf(field).stdDuration) checkStdDuration(inner);
    return inner;
  }
  if ("enum" in field && field.enum !== undefined) {
    if (typeof json !== "string") return readInteger(json, -(2n ** 31n), 2n ** 31n - 1n, place, Number);
    const known = field.enum.values.find((value) => value.name === json);
    if (known !== undefined) return known.number;
    // The reference's words, which name the type and no place.
    throw new WireError(`unknown value ${JSON.stringify(json.slice(0, 80))} for enum ${field.enum.typeName}`);
  }
  if (optionsOf(field).customNumber !== undefined) return readNumber(field, json, place);
  return readScalar(field, json, place);
}

/** A number that the wire keeps as text or bytes: decimals lose their point. */
function readNumber(field: DescField, json: JsonValue, place: Place): string | Uint8Array {
  const text = textOf(json, place);
  const value = optionsOf(field).customNumber === "int" ? parseGoInteger(text) : Dec.parse(text)?.scaled;
  if (value === undefined) return refuse(place, `not a number: ${text.slice(0, 80)}`);
  return field.scalar === ScalarType.BYTES ? utf8(value.toString()) : value.toString();
}

function readScalar(field: DescField, json: JsonValue, place: Place): unknown {
  switch (field.scalar) {
    case ScalarType.STRING:
      return textOf(json, place);
    case ScalarType.BYTES:
      return readBytes(field, json, place);
    case ScalarType.BOOL:
      return typeof json === "boolean" ? json : refuse(place, "expected true or false");
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return readFloat(json, place);
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return readInteger(json, -(2n ** 31n), 2n ** 31n - 1n, place, Number);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return readInteger(json, 0n, 2n ** 32n - 1n, place, Number);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return readInteger(json, 0n, 2n ** 64n - 1n, place, (value) => value);
    default:
      return readInteger(json, -(2n ** 63n), 2n ** 63n - 1n, place, (value) => value);
  }
}

function readInteger<T>(json: JsonValue, min: bigint, max: bigint, place: Place, convert: (value: bigint) => T): T {
  const text = typeof json === "number" ? String(json) : json;
  if (typeof text !== "string" || !/^-?(0|[1-9]\d{0,19})$/.test(text)) return refuse(place, "expected an integer");
  const value = BigInt(text);
  return value < min || value > max ? refuse(place, `${text} is out of range`) : convert(value);
}

function readFloat(json: JsonValue, place: Place): number {
  if (json === "NaN" || json === "Infinity" || json === "-Infinity") return Number(json);
  const text = typeof json === "number" ? String(json) : textOf(json, place);
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : refuse(place, "expected a number");
}

function readBytes(field: DescField, json: JsonValue, place: Place): Uint8Array {
  if (optionsOf(field).rawJson) return json === null ? new Uint8Array(0) : utf8(jsonText(json));
  const text = textOf(json, place);
  if (optionsOf(field).hexBytes) return fromHex(text) ?? refuse(place, "bytes in a wrong form");
  const bytes = fromBase64(text) ?? fromBase64Url(text);
  if (bytes !== undefined) return bytes;
  // The reference's words, which name no place: the first strange character, or the group that is cut.
  const strange = text.search(/[^A-Za-z0-9+/]/);
  throw new WireError(
    `illegal base64 data at input byte ${strange === -1 ? text.length - (text.length % 4) : strange}`,
  );
}

function readAny(fields: Fields, json: JsonValue, place: Place): void {
  const object = objectOf(json, place);
  const url = object["@type"];
  if (typeof url !== "string") refuse(place, "an Any needs @type");
  const schema = place.resolve(url);
  if (schema === undefined) refuse(place, `unknown message type ${url.slice(0, 128)}`);
  const message = create(schema);
  const inner = { ...place, depth: place.depth - 1, path: schema.typeName };
  const { "@type": _, ...rest } = object;
  if (schema.typeName.startsWith("google.protobuf.") && "value" in rest) {
    readMessage(schema, fieldsOf(message), rest.value ?? null, inner);
  } else readMessage(schema, fieldsOf(message), rest, inner);
  fields.typeUrl = url;
  fields.value = encode(schema, message);
}

function readTimestamp(fields: Fields, json: JsonValue, place: Place): void {
  const time = parseTimeText(textOf(json, place));
  if (time === undefined) refuse(place, "not an RFC 3339 time");
  fields.seconds = time.seconds;
  fields.nanos = time.nanos;
}

function readDuration(fields: Fields, json: JsonValue, place: Place): void {
  const nanos = parseDurationText(textOf(json, place));
  if (nanos === undefined) refuse(place, "not a duration");
  fields.seconds = nanos / 1_000_000_000n;
  fields.nanos = Number(nanos % 1_000_000_000n);
}
