/** A market in memory for the keeper's tests: orders, bids, leases and money, with the events that a chain would give. */
import type { BlockResults, ChainEvent } from "@stoa/client";
import { formatOrderId, type GroupSpec, type OrderId } from "@stoa/market";
import { Dec } from "@stoa/std";
import type { BidRow, LeaseRow, MarketReader, OrderRow } from "../chain-link/market-reads.ts";
import type { MarketWriter, NewBid } from "../chain-link/market-writes.ts";
import { dueBetween } from "../engine/exhaustion.ts";
import { type LeaseId, leaseKey } from "../engine/workload.ts";

const noTx = {
  hash: "",
  height: 0n,
  result: { code: 0, codespace: "", log: "", gasWanted: 0n, gasUsed: 0n, events: [] },
};

export class FakeMarket implements MarketReader, MarketWriter {
  readonly provider: string;
  height = 1n;
  /** Every call fails while this is true, as with a node that is away. */
  away = false;
  readonly orders = new Map<string, OrderRow>();
  readonly bids = new Map<string, BidRow & { readonly startedAt: bigint }>();
  readonly leases = new Map<string, LeaseRow>();
  /** Unspent money of each deployment, by `owner/dseq`. */
  readonly funds = new Map<string, bigint>();
  readonly sent: string[] = [];
  #settled = new Map<string, bigint>();
  #events: ChainEvent[] = [];

  constructor(provider: string) {
    this.provider = provider;
  }

  /** The events since the last block, as the next one. */
  nextBlock(): BlockResults {
    this.height += 1n;
    const blockEvents = this.#events;
    this.#events = [];
    return { height: this.height, transactions: [], blockEvents };
  }

  emit(type: string, id: OrderId & { readonly provider?: string }): void {
    const value = JSON.stringify(id, (_key, each) => (typeof each === "bigint" ? String(each) : each));
    this.#events.push({ type, attributes: [{ key: "id", value }] });
  }

  placeOrder(id: OrderId, group: GroupSpec, funds: bigint): void {
    this.orders.set(formatOrderId(id), { id, group, reclamationMinS: null, open: true });
    this.funds.set(`${id.owner}/${id.dseq}`, funds);
    this.emit("akash.market.v1.EventOrderCreated", id);
  }

  endOrder(id: OrderId, event: string): void {
    const row = this.orders.get(formatOrderId(id));
    if (row !== undefined) this.orders.set(formatOrderId(id), { ...row, open: false });
    this.emit(event, id);
  }

  /** The tenant takes our bid. */
  createLease(id: OrderId): LeaseId {
    const bid = this.bids.get(formatOrderId(id));
    if (bid === undefined) throw new Error("no bid");
    const { owner, dseq, gseq, oseq } = id;
    const lease = { owner, dseq, gseq, oseq, provider: this.provider };
    const row = { lease, live: true, denom: bid.price.denom, rate: bid.price.amount, startHeight: this.height };
    this.leases.set(leaseKey(lease), row);
    this.bids.set(formatOrderId(id), { ...bid, open: false });
    this.#settled.set(`${owner}/${dseq}`, this.height);
    const order = this.orders.get(formatOrderId(id));
    if (order !== undefined) this.orders.set(formatOrderId(id), { ...order, open: false });
    this.emit("akash.market.v1.EventLeaseCreated", lease);
    return lease;
  }

  endLease(lease: LeaseId): void {
    const row = this.leases.get(leaseKey(lease));
    if (row !== undefined) this.leases.set(leaseKey(lease), { ...row, live: false });
    this.emit("akash.market.v1.EventLeaseClosed", lease);
  }

  #up(): void {
    if (this.away) throw new Error("away");
  }

  async order(id: OrderId) {
    this.#up();
    return this.orders.get(formatOrderId(id)) ?? null;
  }

  async openOrders() {
    this.#up();
    return [...this.orders.values()].filter(({ open }) => open);
  }

  async bid(id: OrderId) {
    this.#up();
    return this.bids.get(formatOrderId(id)) ?? null;
  }

  async ownOpenBids() {
    this.#up();
    return [...this.bids.values()].filter(({ open }) => open);
  }

  async lease(id: LeaseId) {
    this.#up();
    return this.leases.get(leaseKey(id)) ?? null;
  }

  async ownLeases() {
    this.#up();
    return [...this.leases.values()].filter(({ live }) => live);
  }

  async account(lease: LeaseId) {
    this.#up();
    const key = `${lease.owner}/${lease.dseq}`;
    const payments = [...this.leases.values()].filter(
      (row) => row.live && `${row.lease.owner}/${row.lease.dseq}` === key,
    );
    return {
      funds: Dec.fromInt(this.funds.get(key) ?? 0n),
      settledAt: this.#settled.get(key) ?? 0n,
      payments: payments.map(({ rate, startHeight }) => ({ rate, startHeight })),
    };
  }

  async deployment() {
    return null;
  }

  async registration() {
    return null;
  }

  async signedAttributes() {
    return [];
  }

  async introduce() {
    return noTx;
  }

  async createBid(bid: NewBid) {
    this.#up();
    const key = formatOrderId(bid.order);
    if (this.bids.has(key)) throw new Error("bid exists");
    this.bids.set(key, { order: bid.order, open: true, price: bid.price, startedAt: this.height });
    this.sent.push(`bid ${key}`);
    return noTx;
  }

  async closeBid(order: OrderId, reason: string) {
    this.#up();
    const key = formatOrderId(order);
    const bid = this.bids.get(key);
    if (bid !== undefined) this.bids.set(key, { ...bid, open: false });
    this.sent.push(`close ${key} ${reason}`);
    const lease = { ...order, provider: this.provider };
    if (this.leases.get(leaseKey(lease))?.live === true) this.endLease(lease);
    return noTx;
  }

  /** Settles as the chain does in the next block; a short account ends its leases. */
  async withdraw(lease: LeaseId, final: boolean) {
    this.#up();
    const key = `${lease.owner}/${lease.dseq}`;
    const at = this.height + 1n;
    const { payments, settledAt } = await this.account(lease);
    const due = dueBetween(payments, settledAt, at);
    const funds = this.funds.get(key) ?? 0n;
    this.sent.push(`withdraw ${leaseKey(lease)}${final ? " final" : ""} at ${at}`);
    this.#settled.set(key, at);
    this.funds.set(key, due > funds ? 0n : funds - due);
    if (due > funds) this.endLease(lease);
    return noTx;
  }
}
