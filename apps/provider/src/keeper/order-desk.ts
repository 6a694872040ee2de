/** Orders and our bids on them: which were considered, what was decided, what is open on the chain. */
import { ChainError } from "@stoa/client";
import { type DecCoin, formatOrderId, type OrderId } from "@stoa/market";
import type { Log } from "@stoa/std";
import type { MarketReader, OrderRow } from "../chain-link/market-reads.ts";
import type { MarketWriter } from "../chain-link/market-writes.ts";
import { bid, type Policy } from "../engine/bid.ts";
import { groupDemand } from "../engine/demand.ts";
import type { Ledger } from "../engine/ledger.ts";
import type { OpenBid } from "../engine/plan.ts";
import type { OrderView, OrderViews } from "../gateway/ports.ts";

/** Decisions are kept for tenants who ask why; the oldest go when there are more. */
const decisionsMax = 10_000;

export type OrderState = "bidding" | "bid" | "declined" | "failed" | "won" | "lost" | "closed";

/** What became of an order here, for tenants and operators. */
export interface OrderDecision {
  readonly order: OrderId;
  readonly state: OrderState;
  /** Why there is no bid; empty where there is one. */
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly price: DecCoin | null;
}

export interface OrderDeskParams {
  readonly reads: MarketReader;
  readonly writes: MarketWriter;
  readonly ledger: Ledger;
  readonly policy: () => Policy;
  readonly blockIntervalMs: () => bigint;
  /** Whether what runs containers was found to answer. */
  readonly engineAnswers: () => boolean;
  readonly deposit: { readonly denom: string; readonly amount: bigint };
  /** How long a bid stays open; 0 for as long as the order. */
  readonly bidTimeoutMs: number;
  readonly nowMs: () => number;
  readonly log: Log;
}

interface BidEntry {
  readonly id: OrderId;
  orderOpen: boolean;
  readonly expiresAtMs: number | null;
}

export class OrderDesk implements OrderViews {
  readonly #params: OrderDeskParams;
  readonly #decisions = new Map<string, OrderDecision>();
  readonly #bids = new Map<string, BidEntry>();
  readonly #bidding = new Set<string>();

  constructor(params: OrderDeskParams) {
    this.#params = params;
  }

  decision(order: OrderId): OrderDecision | undefined {
    return this.#decisions.get(formatOrderId(order));
  }

  /** The same for the gateway, by the order's text: what became of it, and why there is no bid. */
  view(order: string): OrderView | undefined {
    const decision = this.#decisions.get(order);
    if (decision === undefined) return undefined;
    const { state, reasons } = decision;
    return { state, reasons: reasons.map(({ message }) => message) };
  }

  /** The order was declined only because the container engine did not answer. */
  awaitsEngine(order: OrderId): boolean {
    const decision = this.decision(order);
    return decision?.state === "declined" && decision.reasons.every(({ code }) => code === "engine");
  }

  get bidding(): ReadonlySet<string> {
    return this.#bidding;
  }

  /** Orders that are being bid on or have an open bid of ours. */
  get openCount(): number {
    return new Set([...this.#bidding, ...this.#bids.keys()]).size;
  }

  openBids(): OpenBid[] {
    return [...this.#bids].map(([order, { orderOpen, expiresAtMs }]) => ({ order, orderOpen, expiresAtMs }));
  }

  idOf(order: string): OrderId | undefined {
    return this.#bids.get(order)?.id;
  }

  /** An order that the chain announced. Never rejects: what goes wrong becomes its decision. */
  async announced(id: OrderId): Promise<void> {
    await this.#guarded(id, async () => {
      const row = await this.#params.reads.order(id);
      if (row?.open === true) await this.#decide(row);
    });
  }

  /** An open order found by asking: there may be a bid of ours from before. */
  async found(row: OrderRow): Promise<void> {
    const key = formatOrderId(row.id);
    const state = this.#decisions.get(key)?.state;
    if (this.#bids.has(key)) this.#holdRoom(row);
    if (this.#bids.has(key) || state === "closed" || state === "won") return;
    await this.#guarded(row.id, async () => {
      if (state === undefined || state === "failed") {
        const existing = await this.#params.reads.bid(row.id);
        if (existing !== null) {
          // One bid per provider and order, for ever: a closed one cannot be followed by another.
          if (existing.open) {
            this.adopt(row.id, existing.price, true);
            this.#holdRoom(row);
          } else this.#note(row.id, "closed", [], existing.price);
          return;
        }
      }
      await this.#decide(row);
    });
  }

  /** A bid from before this start is still a promise: its room is reserved again. */
  #holdRoom(row: OrderRow): void {
    const result = this.#params.ledger.reserve(formatOrderId(row.id), groupDemand(row.group));
    if (result.ok) return;
    const reason = result.shortages.map(({ message }) => message).join("; ");
    this.#params.log.warn("an open bid has no room", { order: formatOrderId(row.id), reason });
  }

  /** Takes up an open bid of ours that is on the chain. */
  adopt(id: OrderId, price: DecCoin, orderOpen: boolean): void {
    const key = formatOrderId(id);
    const { bidTimeoutMs, nowMs } = this.#params;
    const expiresAtMs = bidTimeoutMs === 0 ? null : nowMs() + bidTimeoutMs;
    const known = this.#bids.get(key);
    this.#bids.set(key, { id, orderOpen, expiresAtMs: known?.expiresAtMs ?? expiresAtMs });
    this.#note(id, "bid", [], price);
  }

  /** The order can no longer become our lease. */
  orderEnded(key: string): void {
    const entry = this.#bids.get(key);
    if (entry !== undefined) entry.orderOpen = false;
  }

  /** The same for every order of a group or a deployment: `owner/dseq` or `owner/dseq/gseq`. */
  groupEnded(prefix: string): void {
    for (const key of this.#bids.keys()) if (key.startsWith(`${prefix}/`)) this.orderEnded(key);
  }

  /** Our bid is no longer open on the chain. */
  bidEnded(key: string, state: "won" | "lost" | "closed"): void {
    const entry = this.#bids.get(key);
    this.#bids.delete(key);
    const decision = this.#decisions.get(key);
    const id = entry?.id ?? decision?.order;
    if (id !== undefined && decision?.state !== "won") this.#note(id, state, [], decision?.price ?? null);
  }

  /** Takes an open bid back. Rejects when the chain does not let us, for other reasons than that it is gone. */
  async close(key: string): Promise<void> {
    const entry = this.#bids.get(key);
    if (entry === undefined) return;
    // A chain that lets go of losing bids by itself needs no transaction from us.
    const current = await this.#params.reads.bid(entry.id);
    if (current?.open === true) await this.#params.writes.closeBid(entry.id, "unspecified");
    this.bidEnded(key, entry.orderOpen ? "closed" : "lost");
  }

  async #guarded(id: OrderId, work: () => Promise<void>): Promise<void> {
    const key = formatOrderId(id);
    if (this.#bidding.has(key)) return;
    this.#bidding.add(key);
    try {
      await work();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const code = cause instanceof ChainError ? `${cause.codespace || cause.code}/${cause.abciCode}` : "internal";
      this.#params.log.warn("no bid", { order: key, code, reason });
      this.#params.ledger.release(key);
      this.#note(id, "failed", [{ code, message: reason }], null);
    } finally {
      this.#bidding.delete(key);
    }
  }

  async #decide(row: OrderRow): Promise<void> {
    const { ledger, policy, blockIntervalMs, engineAnswers, writes, deposit, log } = this.#params;
    const key = formatOrderId(row.id);
    const rules = policy();
    const decision = bid(row, ledger, rules, { blockIntervalMs: blockIntervalMs(), engineAnswers: engineAnswers() });
    if (decision.kind === "decline") {
      this.#note(row.id, "declined", decision.reasons, null);
      log.info("declined", { order: key, reasons: decision.reasons.map(({ message }) => message).join("; ") });
      return;
    }
    this.#note(row.id, "bidding", [], decision.price);
    await writes.createBid({
      order: row.id,
      group: row.group,
      price: decision.price,
      units: decision.units,
      deposit,
      reclamationWindowS: rules.reclamationWindowS,
    });
    this.adopt(row.id, decision.price, true);
    log.info("bid", { order: key, price: `${decision.price.amount}${decision.price.denom}` });
  }

  #note(order: OrderId, state: OrderState, reasons: OrderDecision["reasons"], price: DecCoin | null): void {
    const key = formatOrderId(order);
    this.#decisions.delete(key);
    this.#decisions.set(key, { order, state, reasons, price });
    if (this.#decisions.size <= decisionsMax) return;
    const [oldest] = this.#decisions.keys();
    if (oldest !== undefined) this.#decisions.delete(oldest);
  }
}
