import type { ChainClient } from "@stoa/client";
import { formatOrderId, type OrderId } from "@stoa/market";
import { Dec } from "@stoa/std";
import { type Bid, Bid_State, Query as MarketQuery } from "@stoa/wire/akash.market.v1beta5";
import { Query as ProviderQuery } from "@stoa/wire/akash.provider.v1beta4";
import { CliError, exitCodes } from "../command.ts";

/** A bid as people compare it. */
export interface BidRow {
  readonly provider: string;
  readonly denom: string;
  /** Micro-units a block. */
  readonly price: Dec;
  readonly bid: Bid;
}

/** How the tenant takes a bid: the cheapest, the first to come, one provider's, or by asking. */
export type BidChoice =
  | { readonly kind: "cheapest" }
  | { readonly kind: "first" }
  | { readonly kind: "ask" }
  | { readonly kind: "provider"; readonly address: string };

/** Reads `--bid`. Throws {@link CliError}. */
export function parseBidChoice(text: string): BidChoice {
  if (text === "cheapest" || text === "first" || text === "ask") return { kind: text };
  const match = /^provider=(.+)$/.exec(text);
  if (match?.[1] !== undefined) return { kind: "provider", address: match[1] };
  throw new CliError("usage", `no way to choose a bid: ${text}`, {
    hint: "one of: cheapest, first, provider=ADDRESS, ask",
    exitCode: exitCodes.usage,
  });
}

/** The open bids on an order, cheapest first; equal prices in order of arrival, then of provider. */
export async function openBids(client: Pick<ChainClient, "queryAll">, order: OrderId): Promise<BidRow[]> {
  const filters = { ...order, provider: "", bseq: 0, state: "open" };
  const rows = await client.queryAll(
    MarketQuery.method.bids,
    (pagination) => ({ filters, pagination }),
    (answer) => ({ rows: answer.bids, nextKey: answer.pagination?.nextKey }),
  );
  const bids: BidRow[] = [];
  for (const { bid } of rows) {
    if (bid?.id === undefined || bid.price === undefined || bid.state !== Bid_State.open) continue;
    const price = Dec.fromWire(bid.price.amount);
    if (price !== undefined) bids.push({ provider: bid.id.provider, denom: bid.price.denom, price, bid });
  }
  return bids.sort(
    (a, b) => a.price.cmp(b.price) || Number(a.bid.createdAt - b.bid.createdAt) || (a.provider < b.provider ? -1 : 1),
  );
}

/** The bid that a choice takes of a list sorted as {@link openBids} sorts it; undefined: none fits, or people must say. */
export function chooseBid(choice: BidChoice, bids: readonly BidRow[]): BidRow | undefined {
  switch (choice.kind) {
    case "cheapest":
      return bids[0];
    case "first":
      return [...bids].sort((a, b) => Number(a.bid.createdAt - b.bid.createdAt))[0];
    case "provider":
      return bids.find((row) => row.provider === choice.address);
    case "ask":
      return undefined;
  }
}

/** Providers asked for at once: in a larger market some always stay away, and nobody waits for all of them. */
const bidderLimit = 100n;

/** Addresses of everybody who may bid: the registered providers. Undefined where there are more than a page of them. */
export async function registeredBidders(client: ChainClient): Promise<ReadonlySet<string> | undefined> {
  const { providers, pagination } = await client.query(ProviderQuery.method.providers, {
    pagination: { limit: bidderLimit },
  });
  return (pagination?.nextKey.length ?? 0) > 0 ? undefined : new Set(providers.map(({ owner }) => owner));
}

export interface BidWait {
  readonly client: Pick<ChainClient, "queryAll" | "status">;
  readonly order: OrderId;
  readonly choice: BidChoice;
  /** Longest wait for a first bid. */
  readonly firstBidMs: number;
  /** Blocks to wait for more after the first bid. */
  readonly moreBlocks: bigint;
  /** Everybody who may bid, where that is known. A provider bids on an order once, so when all have nothing more comes. */
  readonly bidders: ReadonlySet<string> | undefined;
  readonly onBids: (bids: readonly BidRow[]) => void;
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
}

const pollMs = 50;

function allHaveBid(bidders: ReadonlySet<string> | undefined, bids: readonly BidRow[]): boolean {
  return bidders !== undefined && bids.length > 0 && bidders.size === new Set(bids.map((row) => row.provider)).size;
}

/**
 * Waits for bids: until the time without any is over, or the blocks after the first one are. A chosen provider's bid ends
 * the wait at once, and so does the last bid that can come. Answers what there is, perhaps nothing.
 */
export async function waitForBids(wait: BidWait): Promise<readonly BidRow[]> {
  const { client, order, choice } = wait;
  const deadline = wait.nowMs() + wait.firstBidMs;
  let seen = -1;
  for (;;) {
    // The height first: bids of that block are among those read after it.
    const { height } = await client.status();
    const bids = await openBids(client, order);
    if (bids.length !== seen) wait.onBids(bids);
    seen = bids.length;
    if (choice.kind === "provider" && chooseBid(choice, bids) !== undefined) return bids;
    if (choice.kind === "first" && bids.length > 0) return bids;
    if (allHaveBid(wait.bidders, bids)) return bids;
    if (bids.length > 0) {
      const first = bids.reduce(
        (min, { bid }) => (bid.createdAt < min ? bid.createdAt : min),
        bids[0]?.bid.createdAt ?? 0n,
      );
      if (height >= first + wait.moreBlocks) return bids;
    } else if (wait.nowMs() >= deadline) return bids;
    await wait.sleep(pollMs);
  }
}

/** Text of an order's id, for messages. */
export const orderText: (id: OrderId) => string = formatOrderId;
