import type { Event, EventAttribute } from "./abci.ts";

/** Attribute pairs in order, as handlers write them. */
export type AttributePairs = readonly (readonly [key: string, value: string])[];

/** Builds an event; every attribute is indexed, as the reference's default asks (base-chain.md §5.4). */
export function event(type: string, attributes: AttributePairs): Event {
  return { type, attributes: attributes.map(([key, value]) => ({ key, value, index: true })) };
}

/** Collects the events of one piece of work, in order. */
export class EventManager {
  private list: Event[] = [];

  get events(): readonly Event[] {
    return this.list;
  }

  emit(type: string, attributes: AttributePairs): void {
    this.list.push(event(type, attributes));
  }

  append(events: readonly Event[]): void {
    this.list.push(...events);
  }
}

/** Copies of events with one more attribute each: `msg_index`, `mode` or `authz_msg_index` (§4.6). */
export function withAttribute(events: readonly Event[], key: string, value: string): Event[] {
  const extra: EventAttribute = { key, value, index: true };
  return events.map((e) => ({ type: e.type, attributes: [...e.attributes, extra] }));
}
