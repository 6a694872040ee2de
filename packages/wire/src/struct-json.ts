import { create, type DescField, type DescMessage, type JsonValue } from "@bufbuild/protobuf";
import { Dec, toBase64 } from "@stoa/std";
import { optionsOf } from "./field-options.ts";
import { type Fields, fieldsOf } from "./message-plan.ts";
import { zeroTimeSeconds } from "./std-time.ts";
import { nanoTimeText } from "./time-text.ts";
import { printableText } from "./wire-text.ts";

/**
 * Messages that the reference prints by its language's own JSON rules wherever they stand inside another message: empty
 * values left out unless the field is non-nullable, 64-bit numbers as plain numbers, empty lists as null.
 */
export const structJsonTypes: ReadonlySet<string> = new Set([
  "cosmos.staking.v1beta1.DelegationResponse",
  "cosmos.staking.v1beta1.RedelegationResponse",
]);

/** Such a message's JSON. Numbers beyond 2^53 lose digits, as they do in every reader of that form in JavaScript. */
export function structJson(schema: DescMessage, fields: Fields): JsonValue {
  if (schema.typeName === "google.protobuf.Timestamp") {
    return nanoTimeText(fields.seconds as bigint, fields.nanos as number);
  }
  const object: Record<string, JsonValue> = {};
  for (const field of schema.fields) {
    const value = fields[field.localName];
    if (!optionsOf(field).nonNullable && isEmpty(value)) continue;
    object[field.name] = fieldJson(field, value);
  }
  return object;
}

function isEmpty(value: unknown): boolean {
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length === 0;
  return value === undefined || value === "" || value === 0 || value === 0n || value === false;
}

function fieldJson(field: DescField, value: unknown): JsonValue {
  if (field.fieldKind === "list") {
    const list = value as readonly unknown[];
    return list.length === 0 ? null : list.map((item) => valueJson(field, item));
  }
  if (field.fieldKind !== "message" || value !== undefined) return valueJson(field, value);
  const empty = fieldsOf(create(field.message));
  if (optionsOf(field).stdTime) empty.seconds = zeroTimeSeconds;
  return structJson(field.message, empty);
}

function valueJson(field: DescField, value: unknown): JsonValue {
  if ("message" in field && field.message !== undefined) return structJson(field.message, value as Fields);
  const number = optionsOf(field).customNumber;
  if (number === "dec") return Dec.fromWire(value === "" ? "0" : (value as string))?.toString() ?? null;
  if (number === "int") return value === "" ? "0" : (value as string);
  if (value instanceof Uint8Array) return toBase64(value);
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" ? printableText(value) : (value as number | boolean);
}
