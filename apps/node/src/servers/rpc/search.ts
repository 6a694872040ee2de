import { emptyBytes, fromHex, maxInt64, toHexUpper } from "@stoa/std";
import type { Matches, SearchFilter, StoredTx, TxPlace } from "../../engines/engine.ts";
import type { SearchOrder } from "../../event-index/event-index.ts";
import { tagsOf } from "./block-events.ts";
import {
  type EventQuery,
  type EventTags,
  matchesQuery,
  maxQueryLength,
  parseQuery,
  type QueryCondition,
} from "./event-query.ts";
import { RpcError } from "./json-rpc.ts";
import type { RpcContext } from "./method.ts";

/** Transactions or blocks that one search may load and compare when the index alone does not decide. */
const maxCompared = 20_000;
/** After so many comparisons others get their turn. */
const comparedAtOnce = 200;

/** Tags that no event has: every transaction and block carries them. */
const ownTags: ReadonlySet<string> = new Set(["tx", "tx.hash", "tx.height", "block", "block.height"]);

/** Reads a search's query. Throws RpcError with the reference's text. */
export function readQuery(text: string): EventQuery {
  if (text.length > maxQueryLength) throw RpcError.internal("maximum query length exceeded");
  const parsed = parseQuery(text);
  if (!parsed.ok) throw RpcError.internal(parsed.error);
  return parsed.value;
}

/** The order that was asked for, or the usual one. Throws RpcError. */
export function readOrder(asked: string, usual: SearchOrder): SearchOrder {
  if (asked !== "" && asked !== "asc" && asked !== "desc") {
    throw RpcError.internal("expected order_by to be either `asc` or `desc` or empty");
  }
  return asked === "" ? usual : asked;
}

/** The text that a condition asks for exactly, if it does. */
function equalText({ operator, operand }: QueryCondition): string | undefined {
  return operator === "=" && operand?.kind === "text" ? operand.text : undefined;
}

/** The height that a condition bounds, if it is a plain one. */
function boundHeight({ tag, operand }: QueryCondition, heightTag: string): bigint | undefined {
  if (tag !== heightTag || operand?.kind !== "number" || !/^\d{1,18}$/.test(operand.digits)) return undefined;
  return BigInt(operand.digits);
}

/** True if the index alone decides the condition. */
function isIndexed(condition: QueryCondition, heightTag: string): boolean {
  if (condition.tag === heightTag) return boundHeight(condition, heightTag) !== undefined;
  if (ownTags.has(condition.tag)) return false;
  return condition.operator === "EXISTS" || (condition.tag.includes(".") && equalText(condition) !== undefined);
}

/** What the index can be asked for a query; every match is among its answers. */
function filterOf(query: EventQuery, heightTag: string): SearchFilter {
  let [minHeight, maxHeight] = [1n, maxInt64 - 1n];
  const equals: { key: string; value: string }[] = [];
  const exists: string[] = [];
  for (const condition of query) {
    const { tag, operator } = condition;
    const text = tag === heightTag ? undefined : equalText(condition);
    if (text !== undefined) equals.push({ key: tag, value: text });
    else if (!ownTags.has(tag)) exists.push(tag);
    const height = boundHeight(condition, heightTag);
    if (height === undefined) continue;
    const low = operator === "=" || operator === ">=" ? height : operator === ">" ? height + 1n : minHeight;
    const high = operator === "=" || operator === "<=" ? height : operator === "<" ? height - 1n : maxHeight;
    if (low > minHeight) minHeight = low;
    if (high < maxHeight) maxHeight = high;
  }
  return { equals, exists, minHeight, maxHeight };
}

/** A list that is known as a whole. */
function matchesOf<T>(list: readonly T[]): Matches<T> {
  return {
    total: list.length,
    page: async (start, end, order) => (order === "desc" ? list.toReversed() : list).slice(start, end),
  };
}

/** Keeps what matches, loading one after another and letting others work in between. */
async function compared(
  { timers }: RpcContext,
  query: EventQuery,
  found: Matches<TxPlace>,
  tagsAt: (place: TxPlace) => Promise<EventTags | undefined>,
): Promise<Matches<TxPlace>> {
  if (found.total > maxCompared) {
    throw RpcError.internal(`more than ${maxCompared} entries to compare: narrow the query`);
  }
  const matching: TxPlace[] = [];
  for (const [index, place] of (await found.page(0, found.total, "asc")).entries()) {
    const tags = await tagsAt(place);
    if (tags !== undefined && matchesQuery(query, tags)) matching.push(place);
    if (index % comparedAtOnce === comparedAtOnce - 1) await new Promise<void>((resolve) => timers.after(0, resolve));
  }
  return matchesOf(matching);
}

/** Tags of a stored transaction: only indexed attributes count (base-chain.md §5.4). */
function txTags(stored: StoredTx): EventTags {
  const indexed = stored.result.events.map(({ type, attributes }) => ({
    type,
    attributes: attributes.filter(({ index }) => index),
  }));
  return tagsOf(indexed, { "tx.hash": toHexUpper(stored.hash), "tx.height": String(stored.height) });
}

/** Places of the transactions that match. */
export async function searchTxs(context: RpcContext, query: EventQuery): Promise<Matches<TxPlace>> {
  const { engine } = context;
  const byHash = query
    .map((condition) => (condition.tag === "tx.hash" ? equalText(condition) : undefined))
    .find(Boolean);
  if (byHash !== undefined) {
    const stored = await engine.tx(fromHex(byHash) ?? emptyBytes);
    return matchesOf(stored !== undefined && matchesQuery(query, txTags(stored)) ? [stored] : []);
  }
  const found = await engine.searchTxs(filterOf(query, "tx.height"));
  if (query.every((condition) => isIndexed(condition, "tx.height"))) return found;
  return compared(context, query, found, async (place) => {
    const stored = await engine.txAt(place);
    return stored && txTags(stored);
  });
}

/** Places of the blocks whose own events match; their index is 0. */
export async function searchBlocks(context: RpcContext, query: EventQuery): Promise<Matches<TxPlace>> {
  const { engine } = context;
  const found = await engine.searchBlocks(filterOf(query, "block.height"));
  if (query.every((condition) => isIndexed(condition, "block.height"))) return found;
  return compared(context, query, found, async ({ height }) => {
    const results = await engine.results(height);
    return results && tagsOf(results.events, { "block.height": String(height) });
  });
}
