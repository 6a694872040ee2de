import type { AbciEvent } from "@stoa/consensus";
import type { Matches, TxPlace } from "../../engines/engine.ts";
import type { SearchOrder } from "../../event-index/event-index.ts";
import { type EventQuery, maxQueryLength, parseQuery, type QueryCondition } from "./event-query.ts";
import { readGoHex } from "./go-hex.ts";
import { RpcError } from "./json-rpc.ts";
import type { RpcContext } from "./method.ts";
import { filterOf, isDecidedByIndex, planSearch, type SearchPlan, someEventMatches } from "./search-conditions.ts";

/** Transactions or blocks that one search may load and compare when the index alone does not decide. */
const maxCompared = 20_000;
/** After so many comparisons others get their turn. */
const comparedAtOnce = 200;

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

/** A list that is known as a whole. */
function matchesOf<T>(list: readonly T[]): Matches<T> {
  return {
    total: list.length,
    page: async (start, end, order) => (order === "desc" ? list.toReversed() : list).slice(start, end),
  };
}

/** Keeps what matches: what the index does not decide is loaded one after another, with others working in between. */
async function compared(
  { timers }: RpcContext,
  plan: SearchPlan,
  found: Matches<TxPlace>,
  eventsAt: (place: TxPlace) => Promise<readonly AbciEvent[] | undefined>,
): Promise<Matches<TxPlace>> {
  if (isDecidedByIndex(plan)) return found;
  if (found.total > maxCompared) {
    throw RpcError.internal(`more than ${maxCompared} entries to compare: narrow the query`);
  }
  const matching: TxPlace[] = [];
  for (const [index, place] of (await found.page(0, found.total, "asc")).entries()) {
    if (someEventMatches(plan.conditions, (await eventsAt(place)) ?? [])) matching.push(place);
    if (index % comparedAtOnce === comparedAtOnce - 1) await new Promise<void>((resolve) => timers.after(0, resolve));
  }
  return matchesOf(matching);
}

/** Places of the transactions that match. */
export async function searchTxs(context: RpcContext, query: EventQuery): Promise<Matches<TxPlace>> {
  const { engine } = context;
  const byHash = query.find(({ tag }) => tag === "tx.hash");
  if (byHash !== undefined) return txOfHash(context, byHash);
  const plan = planSearch(query, "tx.height");
  const found = await engine.searchTxs(filterOf(plan));
  return compared(context, plan, found, async (place) => (await engine.txAt(place))?.result.events);
}

/** A condition on the hash decides alone, whatever stands beside it and however it compares. */
async function txOfHash({ engine }: RpcContext, { operand }: QueryCondition): Promise<Matches<TxPlace>> {
  const text = operand?.kind === "text" ? operand.text : operand?.kind === "number" ? operand.digits : "";
  const hash = readGoHex(text);
  if ("problem" in hash) {
    throw RpcError.internal(`error during searching for a hash in the query: ${hash.problem}`);
  }
  if (hash.bytes.length === 0) {
    throw RpcError.internal("error while retrieving the result: transaction hash cannot be empty");
  }
  const stored = await engine.tx(hash.bytes);
  return matchesOf(stored === undefined ? [] : [stored]);
}

/** Places of the blocks whose own events match; their index is 0. */
export async function searchBlocks(context: RpcContext, query: EventQuery): Promise<Matches<TxPlace>> {
  const { engine } = context;
  const plan = planSearch(query, "block.height");
  const found = await engine.searchBlocks(filterOf(plan));
  return compared(context, plan, found, async ({ height }) => (await engine.results(height))?.events);
}
