import { type DescField, type DescMessage, type JsonValue, type MessageShape, ScalarType } from "@bufbuild/protobuf";
import { Dec, err, fromUtf8, ok, parseGoInteger, type Result, toBase64 } from "@stoa/std";
import { decodeVerbatim } from "./codec.ts";
import { type AminoField, aminoMessageOf, optionsOf } from "./field-options.ts";
import { jsonStringText, jsonText, sortedJson } from "./json-text.ts";
import { type Fields, fieldsOf } from "./message-plan.ts";
import { nanoTimeText } from "./time-text.ts";
import type { TypeResolver } from "./unknown-fields.ts";
import { WireError } from "./wire-error.ts";

/** Deepest nesting of messages and Any values that is printed: the decoder's own limit. */
const maxDepth = 500;

/**
 * A message as an element of the sign document's `msgs`: `{"type": name, "value": …}` in the exact text that
 * LEGACY_AMINO_JSON signs (base-chain.md §4.2). The message must come from {@link decodeVerbatim}: what was absent on
 * the wire is absent here. Fails where the reference's encoder refuses: a oneof without a name, a duration beyond
 * 64-bit nanoseconds, an Any of unknown type, a map, a floating-point number.
 */
export function toAminoJson<S extends DescMessage>(
  schema: S,
  message: MessageShape<S>,
  resolve: TypeResolver,
): Result<string, WireError> {
  try {
    return ok(namedText(schema, fieldsOf(message), { resolve, depth: maxDepth }));
  } catch (error) {
    if (error instanceof WireError) return err(error);
    throw error;
  }
}

interface Printer {
  readonly resolve: TypeResolver;
  readonly depth: number;
}

type MessagePrinter = (fields: Fields, printer: Printer) => string;

const wellKnown: ReadonlyMap<string, MessagePrinter> = new Map<string, MessagePrinter>([
  ["google.protobuf.Any", anyText],
  ["google.protobuf.Timestamp", timestampText],
  ["google.protobuf.Duration", durationText],
]);

/** Encodings that the option `amino.message_encoding` names. */
const messageEncodings: ReadonlyMap<string, MessagePrinter> = new Map<string, MessagePrinter>([
  ["key_field", keyFieldText],
  ["module_account", moduleAccountText],
  ["threshold_string", thresholdText],
]);

/** The message with its registered name, or its type URL where it has none. */
function namedText(schema: DescMessage, fields: Fields, printer: Printer): string {
  const registered = aminoMessageOf(schema).name;
  const name = registered === "" ? `/${schema.typeName}` : registered;
  return `{"type":"${name}","value":${messageText(schema, fields, printer)}}`;
}

function messageText(schema: DescMessage, fields: Fields, outer: Printer): string {
  if (outer.depth === 0) throw new WireError("messages nested too deeply");
  const printer = { ...outer, depth: outer.depth - 1 };
  const special = wellKnown.get(schema.typeName) ?? messageEncodings.get(aminoMessageOf(schema).encoding);
  if (special !== undefined) return special(fields, printer);
  const members = membersOf(schema).flatMap((member) => memberText(member, fields, printer) ?? []);
  return `{${members.join(",")}}`;
}

/** A field or a oneof, under the name that it is sorted and printed by. */
interface Member {
  readonly name: string;
  readonly options: AminoField;
  readonly fields: readonly DescField[];
  readonly oneof: string | undefined;
}

const knownMembers = new WeakMap<DescMessage, readonly Member[]>();

function membersOf(schema: DescMessage): readonly Member[] {
  const known = knownMembers.get(schema);
  if (known !== undefined) return known;
  const members = schema.members.flatMap((member): Member[] => {
    if (member.kind === "field") {
      const options = optionsOf(member).amino;
      return [{ name: options.name, options, fields: [member], oneof: undefined }];
    }
    const first = member.fields[0];
    if (first === undefined) return [];
    return [
      {
        name: upperCamel(member.name),
        options: optionsOf(first).amino,
        fields: member.fields,
        oneof: member.localName,
      },
    ];
  });
  members.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  knownMembers.set(schema, members);
  return members;
}

function upperCamel(name: string): string {
  return name.replace(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}

function memberText(member: Member, fields: Fields, printer: Printer): string | undefined {
  if (member.oneof !== undefined) return oneofText(member, fields, printer);
  const field = member.fields[0] as DescField;
  const value = fields[field.localName];
  if (!isPresent(field, value)) {
    if (!member.options.keepEmpty) return undefined;
    if (field.fieldKind === "message") throw new WireError(`the message ${member.name} must not be absent`);
  }
  return `${jsonStringText(member.name)}:${fieldText(field, member.options, value, printer)}`;
}

/** An unset oneof is printed as null, a set one with the name of its case as type. */
function oneofText(member: Member, fields: Fields, printer: Printer): string {
  for (const field of member.fields) {
    if (optionsOf(field).amino.oneofName === "") {
      throw new WireError(`field ${field.name} within a oneof has no amino.oneof_name`);
    }
  }
  const chosen = fields[member.oneof as string] as { readonly case?: string; readonly value?: unknown };
  const field = member.fields.find((candidate) => candidate.localName === chosen.case);
  if (field === undefined) return `${jsonStringText(member.name)}:null`;
  const options = optionsOf(field).amino;
  const value = `${jsonStringText(options.name)}:${fieldText(field, options, chosen.value, printer)}`;
  return `"${member.name}":{"type":"${options.oneofName}","value":{${value}}}`;
}

function isPresent(field: DescField, value: unknown): boolean {
  if (field.fieldKind === "list") return (value as readonly unknown[]).length > 0;
  if (field.fieldKind === "map") return Object.keys(value as object).length > 0;
  if (value instanceof Uint8Array) return value.length > 0;
  return !(value === undefined || value === "" || value === 0 || value === 0n || value === false);
}

function fieldText(field: DescField, options: AminoField, value: unknown, printer: Printer): string {
  if (options.encoding === "inline_json") return inlineText(value as Uint8Array);
  if (field.fieldKind === "map") throw new WireError("maps are not supported");
  if (field.fieldKind !== "list") return scalarText(field, options, value) ?? valueText(field, value, printer);
  const list = value as readonly unknown[];
  if (list.length === 0) return options.encoding === "legacy_coins" ? "[]" : "null";
  return `[${list.map((item) => valueText(field, item, printer)).join(",")}]`;
}

/** Numbers kept as text or bytes, by the meaning that the schema gives them; undefined for other fields. */
function scalarText(field: DescField, options: AminoField, value: unknown): string | undefined {
  if (options.scalar !== "cosmos.Int" && options.scalar !== "cosmos.Dec") return undefined;
  if (options.scalar === "cosmos.Dec" && optionsOf(field).customNumber !== "dec") return undefined;
  const isText = typeof value === "string";
  const text = isText ? value : fromUtf8(value as Uint8Array);
  if (text === "") return '"0"';
  if (isText && options.scalar === "cosmos.Int") return jsonStringText(text as string);
  const number =
    text === undefined ? undefined : options.scalar === "cosmos.Int" ? parseGoInteger(text) : Dec.fromWire(text);
  if (number === undefined) throw new WireError(`not a number: ${text?.slice(0, 80)}`);
  return `"${number.toString()}"`;
}

function valueText(field: DescField, value: unknown, printer: Printer): string {
  if ("message" in field && field.message !== undefined) return messageText(field.message, value as Fields, printer);
  if (typeof value === "string") return jsonStringText(value);
  if (typeof value === "bigint") return `"${value}"`;
  if (value instanceof Uint8Array) return value.length === 0 ? '""' : `"${toBase64(value)}"`;
  const scalar = "scalar" in field ? field.scalar : undefined;
  if (scalar === ScalarType.FLOAT || scalar === ScalarType.DOUBLE) throw new WireError("floats are not supported");
  return String(value);
}

function inlineText(value: Uint8Array): string {
  const text = fromUtf8(value);
  try {
    return jsonText(sortedJson(JSON.parse(text ?? "") as JsonValue));
  } catch {
    throw new WireError("raw JSON does not parse");
  }
}

function anyText(fields: Fields, printer: Printer): string {
  const url = fields.typeUrl as string;
  const schema = printer.resolve(url);
  if (schema === undefined) throw new WireError(`unknown message type ${url.slice(0, 128)}`);
  return namedText(schema, fieldsOf(decodeVerbatim(schema, fields.value as Uint8Array)), printer);
}

function timestampText(fields: Fields): string {
  const nanos = fields.nanos as number;
  if (nanos < 0) throw new WireError("timestamp nanos must not be negative");
  return `"${nanoTimeText(fields.seconds as bigint, nanos)}"`;
}

/** Whole seconds of the longest duration that the reference prints; one less than 64-bit nanoseconds would hold. */
const maxDurationSeconds = 9_223_372_035n;

function durationText(fields: Fields): string {
  const seconds = fields.seconds as bigint;
  if (seconds > maxDurationSeconds) throw new WireError("duration beyond 64-bit nanoseconds");
  return `"${BigInt.asIntN(64, seconds * 1_000_000_000n + BigInt(fields.nanos as number))}"`;
}

function keyFieldText(fields: Fields): string {
  const key = fields.key as Uint8Array;
  return key.length === 0 ? "null" : `"${toBase64(key)}"`;
}

function thresholdText(fields: Fields, printer: Printer): string {
  const keys = (fields.publicKeys as readonly Fields[]).map((key) => anyText(key, printer));
  return `{"pubkeys":[${keys.join(",")}],"threshold":"${fields.threshold as number}"}`;
}

function moduleAccountText(fields: Fields): string {
  const base = (fields.baseAccount ?? { accountNumber: 0n, address: "", sequence: 0n }) as Fields;
  const permissions = fields.permissions as readonly string[];
  const list = permissions.length === 0 ? "null" : `[${permissions.map(jsonStringText).join(",")}]`;
  return (
    `{"account_number":${base.accountNumber},"address":${jsonStringText(base.address as string)},` +
    `"name":${jsonStringText(fields.name as string)},"permissions":${list},` +
    `"public_key":"","sequence":${base.sequence}}`
  );
}
