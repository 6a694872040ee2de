import { fromHex, toHex } from "@stoa/std";
import type { VectorFamily } from "@stoa/test";
import { EventSchema } from "../gen/tendermint.abci.js";
import { decode, encode } from "./codec.ts";
import { typeByUrl } from "./registry.ts";
import { type ChainEvent, parseTypedEvent, toAbciEvent, typedEvent } from "./typed-event.ts";
import { checkSections, type VectorCase, type VectorCheck } from "./vector-check.ts";

const abciHex = (event: ChainEvent, isIndexed?: (attribute: { readonly key: string }) => boolean): string =>
  toHex(encode(EventSchema, toAbciEvent(event, isIndexed)));

/**
 * The recording prints Go values of which the bytes tell less: a decimal that is nil prints `"0"`, bytes that are empty
 * but not nil print `""`. Such an attribute counts as ours; a chain never has such values.
 */
function withGoNils(event: ChainEvent, recorded: readonly (readonly [string, string, boolean])[]): ChainEvent {
  const attributes = event.attributes.map((attribute, i) => {
    const want = recorded[i]?.[1] ?? "";
    const nils = attribute.value.replaceAll('"0.000000000000000000"', '"0"');
    return want === nils || (want === '""' && attribute.value === "null") ? { ...attribute, value: want } : attribute;
  });
  return { ...event, attributes };
}

function checkTyped(check: VectorCheck, one: VectorCase): void {
  const schema = typeByUrl(`/${one.type}`);
  const bytes = fromHex(one.hex as string);
  if (schema === undefined || bytes === undefined) {
    check.same("type", one.type, "unknown");
    return;
  }
  const printed = typedEvent(schema, decode(schema, bytes));
  const event = withGoNils(printed, one.attributes as readonly (readonly [string, string, boolean])[]);
  check.same("eventType", one.eventType, event.type);
  check.same(
    "attributes",
    one.attributes,
    event.attributes.map(({ key, value }) => [key, value, false]),
  );
  check.same("abciProto", one.abciProto, abciHex(event));
  const withMarks = { ...event, attributes: [...event.attributes, { key: "msg_index", value: "0" }] };
  const back = parseTypedEvent(schema, withMarks);
  check.same("parsesBack", one.parsesBack, back.ok);
  if (back.ok) check.same("parsed", printed, typedEvent(schema, back.value));
}

function checkUntyped(check: VectorCheck, one: VectorCase): void {
  const event = one as unknown as ChainEvent;
  check.same("proto", one.proto, abciHex(event));
  const indexAll = abciHex(event, () => true);
  check.same("protoIndexAll", one.protoIndexAll, indexAll);
  const indexAmount = abciHex(event, ({ key }) => key === "amount");
  check.same("protoIndexOnlyAmount", one.protoIndexOnlyAmount, indexAmount);
}

/** Typed and plain events: `lib/events.json`. */
export const eventVectors: VectorFamily = {
  file: "lib/events.json",
  check: (text) => checkSections(text, { events: checkTyped, untyped: checkUntyped }),
};
