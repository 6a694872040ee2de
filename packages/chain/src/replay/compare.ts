import type { JsonValue } from "@bufbuild/protobuf";
import type { Event } from "../abci.ts";
import type { RecordedEvent } from "./scenario.ts";

/** Our event in the recorded form. */
export function recordedForm(events: readonly Event[]): RecordedEvent[] {
  return events.map(({ type, attributes }) => ({ type, attributes: attributes.map(({ key, value }) => [key, value]) }));
}

function eventText({ type, attributes }: RecordedEvent): string {
  return `${type} ${JSON.stringify(attributes.map(([key, value]) => [key, value]))}`;
}

/** The first difference of two lists of events, in words; undefined if there is none. */
export function eventDifference(
  expected: readonly RecordedEvent[],
  actual: readonly RecordedEvent[],
): string | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) {
    const [want, have] = [expected[i], actual[i]];
    const wantText = want === undefined ? "nothing" : eventText(want);
    const haveText = have === undefined ? "nothing" : eventText(have);
    if (wantText !== haveText) return `event ${i}: expected ${wantText}, got ${haveText}`;
  }
  return undefined;
}

/** The first difference of two JSON values with its path; undefined if there is none. */
export function jsonDifference(
  expected: JsonValue | undefined,
  actual: JsonValue | undefined,
  path = "",
): string | undefined {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const length = Math.max(expected.length, actual.length);
    for (let i = 0; i < length; i++) {
      const inner = jsonDifference(expected[i], actual[i], `${path}[${i}]`);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  if (isObject(expected) && isObject(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const inner = jsonDifference(expected[key], actual[key], `${path}.${key}`);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  if (expected === actual) return undefined;
  return `${path}: expected ${brief(expected)}, got ${brief(actual)}`;
}

function brief(value: JsonValue | undefined): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

export function isObject(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** A response without what may differ: page keys become a mark that there is one, simulated gas goes. */
export function comparable(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(comparable);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, member]): [string, JsonValue][] => {
    if (key === "gas_info") return [];
    if (key === "next_key") return [[key, member !== null && member !== ""]];
    return [[key, comparable(member)]];
  });
  return Object.fromEntries(entries);
}

/** The value without rows that speak of one of these addresses. */
export function withoutRows(value: JsonValue, addresses: ReadonlySet<string>): JsonValue {
  if (Array.isArray(value))
    return value.filter((row) => !mentions(row, addresses)).map((row) => withoutRows(row, addresses));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutRows(member, addresses)]));
}

function mentions(value: JsonValue, addresses: ReadonlySet<string>): boolean {
  if (typeof value === "string") return addresses.has(value);
  if (Array.isArray(value)) return value.some((one) => mentions(one, addresses));
  return isObject(value) && Object.values(value).some((one) => mentions(one, addresses));
}

const bankTypes: ReadonlySet<string> = new Set([
  "coin_spent",
  "coin_received",
  "transfer",
  "message",
  "coinbase",
  "burn",
]);
/** First parts of event types that modules here emit. */
const presentTypes = /^(akash\.(deployment|market|escrow|provider|audit|cert)|cosmos\.(authz|feegrant|bank))\./;

/** Block events without those that absent modules cause, their bank movements included. */
export function ownBlockEvents(events: readonly RecordedEvent[], absent: ReadonlySet<string>): RecordedEvent[] {
  return events.filter(({ type, attributes }) => {
    if (!bankTypes.has(type)) return presentTypes.test(type);
    return !attributes.some(([, value]) => absent.has(value));
  });
}
