import type { AbciEvent } from "@stoa/consensus";
import { maxInt64 } from "@stoa/std";
import type { SearchFilter } from "../../engines/engine.ts";
import { compareDecimals, type EventQuery, type QueryCondition } from "./event-query.ts";

/** The tag that holds the height of what is searched. */
export type HeightTag = "tx.height" | "block.height";

/**
 * What a search asks, as the reference's index reads a query: bounds of the height, and conditions that one and the same
 * event must fulfil together. A bare event type is no tag there, and ordered comparisons take values that are numbers as
 * a whole; subscriptions read both in their own way (event-query.ts).
 */
export interface SearchPlan {
  readonly minHeight: bigint;
  readonly maxHeight: bigint;
  readonly conditions: readonly QueryCondition[];
}

const firstHeight = 1n;
const lastHeight = maxInt64 - 1n;

/** Reads a query for a search. */
export function planSearch(query: EventQuery, heightTag: HeightTag): SearchPlan {
  const heights = query.filter(({ tag }) => tag === heightTag);
  const ordered = heights.filter(({ operator }) => operator.startsWith("<") || operator.startsWith(">"));
  // An equality beside an order counts for nothing, and of several the first one counts.
  const bounding = ordered.length > 0 ? ordered : heights.filter(({ operator }) => operator === "=").slice(0, 1);
  let [minHeight, maxHeight] = [firstHeight, lastHeight];
  for (const condition of bounding) {
    const [low, high] = boundsOf(condition, heightTag);
    if (low > minHeight) minHeight = low;
    if (high < maxHeight) maxHeight = high;
  }
  // Every transaction has a height to be asked for; of blocks the index keeps it apart.
  const others = heights.filter(({ operator }) => operator === "CONTAINS" || operator === "EXISTS");
  if (others.some(({ operator }) => heightTag === "block.height" || operator === "CONTAINS")) maxHeight = 0n;
  return { minHeight, maxHeight, conditions: query.filter(({ tag }) => tag !== heightTag) };
}

/** The heights that a condition leaves. */
function boundsOf({ operator, operand }: QueryCondition, heightTag: HeightTag): readonly [bigint, bigint] {
  const digits = operand?.kind === "number" ? operand.digits : operand?.kind === "text" ? operand.text : "";
  const [, whole, fraction = ""] = /^(\d{1,18})(?:\.(\d*))?$/.exec(digits) ?? [];
  if (whole === undefined) return [firstHeight, 0n];
  const height = BigInt(whole);
  const isWhole = /^0*$/.test(fraction);
  switch (operator) {
    case "<":
      return [firstHeight, isWhole ? height - 1n : height];
    case "<=":
      return [firstHeight, height];
    case ">":
      return [height + 1n, lastHeight];
    case ">=":
      return [isWhole ? height : height + 1n, lastHeight];
    default:
      // The reference looks for the text among transactions, and for the number's whole part among blocks.
      return isWhole || heightTag === "block.height" ? [height, height] : [firstHeight, 0n];
  }
}

/** The value that a condition asks for exactly, if it does. */
function equalText({ operator, operand }: QueryCondition): string | undefined {
  if (operator !== "=") return undefined;
  return operand?.kind === "text" ? operand.text : operand?.kind === "number" ? operand.digits : undefined;
}

/** What the index can be asked; every match is among its answers. */
export function filterOf({ minHeight, maxHeight, conditions }: SearchPlan): SearchFilter {
  const equals: { key: string; value: string }[] = [];
  const exists: string[] = [];
  for (const condition of conditions) {
    const value = equalText(condition);
    if (value === undefined) exists.push(condition.tag);
    else equals.push({ key: condition.tag, value });
  }
  return { equals, exists, minHeight, maxHeight };
}

/** True if the index's answers are the matches: it knows tags and values, but not which of them one event has together. */
export function isDecidedByIndex({ conditions }: SearchPlan): boolean {
  const [only, ...more] = conditions;
  if (only === undefined) return true;
  return more.length === 0 && (only.operator === "EXISTS" || equalText(only) !== undefined);
}

/** True if one of the events fulfils all conditions. Only indexed attributes count (base-chain.md §5.4). */
export function someEventMatches(conditions: readonly QueryCondition[], events: readonly AbciEvent[]): boolean {
  return events.some(({ type, attributes }) =>
    conditions.every((condition) =>
      attributes.some(
        ({ key, value, index }) => index && `${type}.${key}` === condition.tag && valueMatches(condition, value),
      ),
    ),
  );
}

function valueMatches(condition: QueryCondition, value: string): boolean {
  const { operator, operand } = condition;
  if (operand === undefined) return true;
  const wanted = equalText(condition);
  if (wanted !== undefined) return value === wanted;
  if (operand.kind === "text") return value.includes(operand.text);
  // The reference's index orders nothing but numbers.
  if (operand.kind !== "number" || !/^\d+(\.\d+)?$/.test(value)) return false;
  const order = compareDecimals(value, operand.digits);
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}
