import type { DescMessage, JsonObject, JsonValue, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { assert, compareText, err, type Result } from "@stoa/std";
import { type Event, EventSchema } from "../gen/tendermint.abci.js";
import { jsonText, setMember } from "./json-text.ts";
import { toProtoJson } from "./proto-json.ts";
import { fromProtoJson } from "./proto-json-parse.ts";
import type { TypeResolver } from "./unknown-fields.ts";
import type { WireError } from "./wire-error.ts";

/** An event as blocks and transactions carry it. */
export interface ChainEvent {
  readonly type: string;
  readonly attributes: readonly EventAttribute[];
}

export interface EventAttribute {
  readonly key: string;
  readonly value: string;
}

/** More attributes than any event has; bounds the work on events of other nodes. */
const maxAttributes = 1000;
/** The largest attribute that is read back. */
const maxAttributeChars = 1 << 20;

const noTypes: TypeResolver = () => undefined;

/**
 * The event of a typed message (market-modules.md §2.4): its type is the message's full name, its attributes are the
 * fields in the order of their names, each value the field's JSON. `resolve` is for events with Any fields.
 */
export function typedEvent<S extends DescMessage>(
  schema: S,
  message: MessageShape<S>,
  resolve: TypeResolver = noTypes,
): ChainEvent {
  const json = toProtoJson(schema, message, resolve);
  assert(json.ok, `${schema.typeName} cannot be an event`);
  const fields = Object.entries(json.value as JsonObject);
  fields.sort(([a], [b]) => compareText(a, b));
  return { type: schema.typeName, attributes: fields.map(([key, value]) => ({ key, value: jsonText(value) })) };
}

/** Like {@link typedEvent}, from the message's fields. */
export function newTypedEvent<S extends DescMessage>(schema: S, fields: MessageInitShape<S>): ChainEvent {
  return typedEvent(schema, create(schema, fields));
}

/**
 * The message of a typed event. Attributes that are no fields (`msg_index`, `mode`) are ignored. Errors: another type, a
 * value that is not JSON or not the field's.
 */
export function parseTypedEvent<S extends DescMessage>(
  schema: S,
  event: ChainEvent,
  resolve: TypeResolver = noTypes,
): Result<MessageShape<S>, string> {
  if (event.type !== schema.typeName) return err(`not an event ${schema.typeName}: ${event.type}`);
  if (event.attributes.length > maxAttributes) return err("too many attributes");
  const names = new Set(schema.fields.map((field) => field.name));
  const fields: Record<string, JsonValue> = {};
  for (const { key, value } of event.attributes) {
    if (!names.has(key)) continue;
    if (value.length > maxAttributeChars) return err(`attribute ${key} is too long`);
    try {
      setMember(fields, key, JSON.parse(value) as JsonValue);
    } catch {
      return err(`attribute ${key} is not JSON`);
    }
  }
  const message = fromProtoJson(schema, fields, resolve);
  return message.ok ? message : err((message.error as WireError).message);
}

/** The event as the consensus engine carries it; `isIndexed` says which attributes its index takes. */
export function toAbciEvent(event: ChainEvent, isIndexed: (attribute: EventAttribute) => boolean = () => false): Event {
  return create(EventSchema, {
    type: event.type,
    attributes: event.attributes.map((attribute) => ({ ...attribute, index: isIndexed(attribute) })),
  });
}
