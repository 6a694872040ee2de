import { newTypedEvent } from "@stoa/wire";
import type { DescMessage, MessageInitShape } from "./codec.ts";
import type { Context } from "./context.ts";

/** Emits a typed event (market-modules.md §2.4). */
export function emitTyped<D extends DescMessage>(ctx: Context, schema: D, fields: MessageInitShape<D>): void {
  const { type, attributes } = newTypedEvent(schema, fields);
  ctx.events.emit(
    type,
    attributes.map(({ key, value }) => [key, value]),
  );
}
