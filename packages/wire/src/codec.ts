import { create, type DescMessage, type Message, type MessageShape } from "@bufbuild/protobuf";
import { compareBytes, err, ok, type Result } from "@stoa/std";
import { absentMapValues, type FieldPlan, type Fields, fieldsOf, type MessagePlan, planOf } from "./message-plan.ts";
import { checkStdDuration, checkStdTime, zeroTimeSeconds } from "./std-time.ts";
import { WireError } from "./wire-error.ts";
import { tagNumber, WireReader } from "./wire-reader.ts";
import { wireTextBytes } from "./wire-text.ts";
import { WireWriter } from "./wire-writer.ts";

/**
 * Deepest nesting of messages that is decoded. The reference stops at 10,000; no message that it accepts in a
 * transaction or in state comes near this, and it keeps hostile input off the stack.
 */
export const maxMessageDepth = 500;

/**
 * Bytes of a message, equal to the reference's: fields in ascending order, maps by key, non-nullable messages and
 * numbers written even when empty (market-modules.md §2.2). Unknown fields are not kept.
 */
export function encode<S extends DescMessage>(schema: S, message: MessageShape<S>): Uint8Array {
  const writer = new WireWriter();
  writeMessage(writer, planOf(schema), fieldsOf(message));
  return writer.finish();
}

/**
 * A message from bytes, by the reference's plain rules (base-chain.md §4.1): unknown fields pass, the last value of a
 * repeated scalar wins, repeated messages merge, numbers are checked and normalised. Throws {@link WireError}.
 */
export function decode<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  const message = create(schema);
  readMessage(new WireReader(bytes), planOf(schema), fieldsOf(message), maxMessageDepth);
  return message;
}

/**
 * {@link decode} without the checks of numbers and times: what was written is kept, as sign bytes need it. Only for
 * bytes that {@link decode} accepts.
 */
export function decodeVerbatim<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  const message = create(schema);
  readMessage(new WireReader(bytes, true), planOf(schema), fieldsOf(message), maxMessageDepth);
  return message;
}

/** {@link decode} with the failure as a value. */
export function tryDecode<S extends DescMessage>(schema: S, bytes: Uint8Array): Result<MessageShape<S>, WireError> {
  try {
    return ok(decode(schema, bytes));
  } catch (error) {
    if (error instanceof WireError) return err(error);
    throw error;
  }
}

function writeMessage(writer: WireWriter, plan: MessagePlan, fields: Fields): void {
  for (const entry of plan.writeOrder) {
    if ("number" in entry) {
      writeField(writer, entry, fields[entry.key]);
      continue;
    }
    for (const first of entry.values()) {
      const chosen = fields[first.key] as { case?: string; value?: unknown };
      const member = chosen.case === undefined ? undefined : entry.get(chosen.case);
      if (member !== undefined) writeValue(writer, member, chosen.value);
      break;
    }
  }
}

function writeField(writer: WireWriter, plan: FieldPlan, value: unknown): void {
  if (plan.shape === "list") {
    writeList(writer, plan, value as readonly unknown[]);
  } else if (plan.shape === "map") {
    writeMap(writer, plan, value as Readonly<Record<string, unknown>>);
  } else if (plan.message !== undefined) {
    if (value !== undefined || plan.nonNullable) writeValue(writer, plan, value);
  } else if (value !== undefined && !(plan.implicit && plan.value?.isZero(value))) {
    writeValue(writer, plan, value);
  }
}

/** A value with its tag; an absent message is written as the reference's empty one. */
function writeValue(writer: WireWriter, plan: FieldPlan, value: unknown): void {
  if (plan.message === undefined) {
    const codec = plan.value as NonNullable<typeof plan.value>;
    codec.write(writer, value);
    writer.varint32((plan.number << 3) | codec.wireType);
    return;
  }
  const before = writer.length;
  writeMessage(writer, planOf(plan.message), (value ?? emptyOf(plan)) as Fields);
  writer.varint32(writer.length - before);
  writer.varint32((plan.number << 3) | 2);
}

function emptyOf(plan: FieldPlan): Message {
  const message = create(plan.message as DescMessage);
  if (plan.std === "time") fieldsOf(message).seconds = zeroTimeSeconds;
  return message;
}

function writeList(writer: WireWriter, plan: FieldPlan, list: readonly unknown[]): void {
  if (!plan.packed || plan.value === undefined) {
    for (let i = list.length - 1; i >= 0; i--) writeValue(writer, plan, list[i]);
    return;
  }
  if (list.length === 0) return;
  const before = writer.length;
  for (let i = list.length - 1; i >= 0; i--) plan.value.write(writer, list[i]);
  writer.varint32(writer.length - before);
  writer.varint32((plan.number << 3) | 2);
}

/** Entries in the order of their keys' bytes. Only maps with text keys are in use. */
function writeMap(writer: WireWriter, plan: FieldPlan, map: Readonly<Record<string, unknown>>): void {
  const keyCodec = plan.mapKey as NonNullable<typeof plan.mapKey>;
  const entries = Object.entries(map).map(([key, value]) => ({ key, bytes: wireTextBytes(key), value }));
  entries.sort((a, b) => compareBytes(b.bytes, a.bytes));
  for (const entry of entries) {
    const before = writer.length;
    if (!absentMapValues.has(entry.value as object)) writeValue(writer, { ...plan, number: 2 }, entry.value);
    keyCodec.write(writer, entry.key);
    writer.varint32((1 << 3) | keyCodec.wireType);
    writer.varint32(writer.length - before);
    writer.varint32((plan.number << 3) | 2);
  }
}

function readMessage(reader: WireReader, plan: MessagePlan, fields: Fields, depth: number): void {
  if (depth === 0) throw new WireError("messages nested too deeply");
  while (!reader.done) {
    const tag = reader.tag();
    const field = plan.byNumber.get(tagNumber(tag));
    if (field === undefined) reader.skip(tag & 7);
    else readField(reader, tag & 7, field, fields, depth, plan);
  }
}

function readField(
  reader: WireReader,
  wireType: number,
  plan: FieldPlan,
  fields: Fields,
  depth: number,
  owner: MessagePlan,
): void {
  const packable = plan.shape === "list" && plan.value !== undefined && plan.value.wireType !== 2;
  if (packable && wireType === 2) {
    const list = fields[plan.key] as unknown[];
    const inner = reader.nested();
    while (!inner.done) list.push(plan.value?.read(inner));
    return;
  }
  if (wireType !== (plan.shape === "map" ? 2 : (plan.value?.wireType ?? 2))) {
    throw new WireError(`wrong wire type ${wireType} for field ${owner.desc.typeName}.${plan.caseName}`);
  }
  if (plan.shape === "map") {
    readEntry(reader.nested(), plan, fields[plan.key] as Record<string, unknown>, depth);
  } else if (plan.shape === "list") {
    (fields[plan.key] as unknown[]).push(readValue(reader, plan, undefined, depth));
  } else if (plan.shape === "oneof") {
    fields[plan.key] = { case: plan.caseName, value: readValue(reader, plan, undefined, depth) };
  } else {
    fields[plan.key] = readValue(reader, plan, fields[plan.key], depth);
  }
}

/** A value; a message is read on top of `previous`, which std times and durations replace. */
function readValue(reader: WireReader, plan: FieldPlan, previous: unknown, depth: number): unknown {
  if (plan.message === undefined) return (plan.value as NonNullable<typeof plan.value>).read(reader);
  const message = (plan.std === undefined ? previous : undefined) ?? create(plan.message);
  readMessage(reader.nested(), planOf(plan.message), message as Fields, depth - 1);
  if (reader.verbatim) return message;
  if (plan.std === "time") checkStdTime(message as Fields);
  if (plan.std === "duration") checkStdDuration(message as Fields);
  return message;
}

function readEntry(reader: WireReader, plan: FieldPlan, map: Record<string, unknown>, depth: number): void {
  let key: unknown = "";
  let value: unknown;
  while (!reader.done) {
    const tag = reader.tag();
    const number = tagNumber(tag);
    if (number === 1) key = plan.mapKey?.read(reader);
    else if (number === 2) value = readValue(reader, plan, undefined, depth);
    else reader.skip(tag & 7);
  }
  if (value === undefined && plan.message !== undefined) {
    value = create(plan.message);
    absentMapValues.add(value as object);
  }
  // A plain assignment would set the prototype for the key "__proto__".
  Object.defineProperty(map, String(key), { value, enumerable: true, configurable: true, writable: true });
}
