import { assert } from "@stoa/std";
import { jsonText, toProtoJson } from "@stoa/wire";
import { create, type DescMessage, type MessageInitShape } from "./codec.ts";
import type { Context } from "./context.ts";

/**
 * Emits a typed event: its type is the message's full name, its attributes the JSON of the fields, sorted by name
 * (market-modules.md §2.4).
 */
export function emitTyped<D extends DescMessage>(ctx: Context, schema: D, fields: MessageInitShape<D>): void {
  const json = toProtoJson(schema, create(schema, fields), () => undefined);
  assert(json.ok && json.value !== null && typeof json.value === "object", `event ${schema.typeName} has no JSON form`);
  const pairs = Object.entries(json.value).map(([key, value]) => [key, jsonText(value)] as const);
  pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  ctx.events.emit(schema.typeName, pairs);
}
