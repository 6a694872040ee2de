import type { ChainClient } from "@stoa/client";
import { formatOrderId, type OrderId } from "@stoa/market";
import { Dec } from "@stoa/std";
import { type Bid, Bid_State, Query as MarketQuery } from "@stoa/wire/akash.market.v1beta5";
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
export async function openBids(client: ChainClient, order: OrderId): Promise<BidRow[]> {
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

export interface BidWait {
  readonly client: ChainClient;
  readonly order: OrderId;
  readonly choice: BidChoice;
  /** Longest wait for a first bid. */
  readonly firstBidMs: number;
  /** Blocks to wait for more after the first bid. */
  readonly moreBlocks: bigint;
  readonly onBids: (bids: readonly BidRow[]) => void;
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
}

const pollMs = 100;

/**
 * Waits for bids: until the time without any is over, or the blocks after the first one are (a chosen provider's bid
 * ends the wait at once). Answers what there is, perhaps nothing.
 */
export async function waitForBids(wait: BidWait): Promise<readonly BidRow[]> {
  const { client, order, choice } = wait;
  const deadline = wait.nowMs() + wait.firstBidMs;
  let seen = -1;
  for (;;) {
    const bids = await openBids(client, order);
    if (bids.length !== seen) wait.onBids(bids);
    seen = bids.length;
    if (choice.kind === "provider" && chooseBid(choice, bids) !== undefined) return bids;
    if (choice.kind === "first" && bids.length > 0) return bids;
    if (bids.length > 0) {
      const first = bids.reduce(
        (min, { bid }) => (bid.createdAt < min ? bid.createdAt : min),
        bids[0]?.bid.createdAt ?? 0n,
      );
      const { height } = await client.status();
      if (height >= first + wait.moreBlocks) return bids;
    } else if (wait.nowMs() >= deadline) return bids;
    await wait.sleep(pollMs);
  }
}

/** Text of an order's id, for messages. */
export const orderText: (id: OrderId) => string = formatOrderId;
