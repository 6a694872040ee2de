import { bidEscrowId, leasePaymentId } from "@stoa/market";
import { parseAccount } from "@stoa/wire";
import type { Lease } from "@stoa/wire/akash.market.v1";
import type {
  Bid,
  Order,
  QueryBidRequest,
  QueryBidsRequest,
  QueryLeaseRequest,
  QueryLeasesRequest,
  QueryOrderRequest,
  QueryOrdersRequest,
} from "@stoa/wire/akash.market.v1beta5";
import type { Index, TypedMap } from "../../collections.ts";
import type { Context } from "../../context.ts";
import { refuse, refuseQuery } from "../../errors.ts";
import { type ListPath, listByState } from "../../state-list.ts";
import { marketErrors } from "./errors.ts";
import {
  type BidKey,
  bidKey,
  bidKeyCodec,
  bids,
  bidsByProvider,
  bidsByState,
  idOf,
  leases,
  leasesByProvider,
  leasesByState,
  type OrderKey,
  orderKey,
  orderKeyCodec,
  orders,
  ordersByState,
} from "./keys.ts";
import type { MarketNeeds } from "./needs.ts";
import { requireParams } from "./params.ts";
import { bidStates, leaseStates, orderStates } from "./types.ts";

const orderStateNames: ReadonlyMap<string, number> = new Map(Object.entries(orderStates));
const bidStateNames: ReadonlyMap<string, number> = new Map(Object.entries(bidStates));
const leaseStateNames: ReadonlyMap<string, number> = new Map([
  ["active", leaseStates.active],
  ["insufficient_funds", leaseStates.insufficientFunds],
  ["closed", leaseStates.closed],
  ["reclaiming", leaseStates.reclaiming],
]);

/** Filters of the lists; empty texts and zeros match everything. */
interface Filters {
  readonly owner: string;
  readonly dseq: bigint;
  readonly gseq: number;
  readonly oseq: number;
  readonly provider?: string;
  readonly bseq?: number;
}

const anything: Filters = { owner: "", dseq: 0n, gseq: 0, oseq: 0 };

function matches(filters: Filters, id: Filters): boolean {
  return (
    (filters.owner === "" || filters.owner === id.owner) &&
    (filters.dseq === 0n || filters.dseq === id.dseq) &&
    (filters.gseq === 0 || filters.gseq === id.gseq) &&
    (filters.oseq === 0 || filters.oseq === id.oseq) &&
    ((filters.provider ?? "") === "" || filters.provider === id.provider) &&
    ((filters.bseq ?? 0) === 0 || filters.bseq === id.bseq)
  );
}

const flags = { provider: 1, owner: 2 } as const;

function bidPaths<V>(
  asked: Filters,
  rows: TypedMap<BidKey, V>,
  byProvider: Index<string, BidKey, V>,
): ListPath<BidKey, V>[] {
  return [
    {
      flag: flags.owner,
      asked: asked.owner,
      ofKey: ([owner]) => owner,
      scan: (ctx, owner, options) => rows.scan(ctx, { under: bidKeyCodec.partial(owner), ...options }),
    },
    {
      flag: flags.provider,
      asked: asked.provider ?? "",
      ofKey: (key) => key[4],
      scan: (ctx, provider, options) => rows.scanIndex(ctx, byProvider, provider, options),
    },
  ];
}

/** Refuses a single query's id whose addresses cannot be. */
function requireAddresses(id: { readonly owner: string; readonly provider?: string }): void {
  if (!parseAccount(id.owner).ok) refuseQuery("InvalidArgument", "invalid owner address");
  if (id.provider !== undefined && !parseAccount(id.provider).ok) {
    refuseQuery("InvalidArgument", "invalid provider address");
  }
}

export function queryOrders(ctx: Context, request: QueryOrdersRequest) {
  const asked: Filters = request.filters ?? anything;
  const owner: ListPath<OrderKey, Order> = {
    flag: flags.owner,
    asked: asked.owner,
    ofKey: ([first]) => first,
    scan: (at, text, options) => orders.scan(at, { under: orderKeyCodec.partial(text), ...options }),
  };
  const { rows, pagination } = listByState<OrderKey, Order>(ctx, {
    map: orders,
    byState: ordersByState,
    states: orderStateNames,
    stateOf: (order) => order.state,
    paths: [owner],
    accepts: (order) => matches(asked, idOf(order)),
    state: request.filters?.state ?? "",
    request: request.pagination,
  });
  return { orders: [...rows], pagination };
}

export function queryOrder(ctx: Context, request: QueryOrderRequest) {
  const id = request.id ?? { owner: "", dseq: 0n, gseq: 0, oseq: 0 };
  requireAddresses(id);
  return { order: orders.get(ctx, orderKey(id)) ?? refuse(marketErrors.orderNotFound) };
}

function bidRow(ctx: Context, needs: MarketNeeds, bid: Bid) {
  const escrowAccount = needs.escrow.account(ctx, bidEscrowId(idOf(bid)));
  return { bid, ...(escrowAccount === undefined ? {} : { escrowAccount }) };
}

export function queryBids(ctx: Context, needs: MarketNeeds, request: QueryBidsRequest) {
  const asked: Filters = request.filters ?? anything;
  const { rows, pagination } = listByState<BidKey, Bid>(ctx, {
    map: bids,
    byState: bidsByState,
    states: bidStateNames,
    stateOf: (bid) => bid.state,
    paths: bidPaths<Bid>(asked, bids, bidsByProvider),
    accepts: (bid) => matches(asked, idOf(bid)),
    state: request.filters?.state ?? "",
    request: request.pagination,
  });
  return { bids: rows.map((bid) => bidRow(ctx, needs, bid)), pagination };
}

export function queryBid(ctx: Context, needs: MarketNeeds, request: QueryBidRequest) {
  const id = request.id ?? { owner: "", dseq: 0n, gseq: 0, oseq: 0, provider: "", bseq: 0 };
  requireAddresses(id);
  return bidRow(ctx, needs, bids.get(ctx, bidKey(id)) ?? refuse(marketErrors.bidNotFound));
}

function leaseRow(ctx: Context, needs: MarketNeeds, lease: Lease) {
  const escrowPayment = needs.escrow.payment(ctx, leasePaymentId(idOf(lease)));
  return { lease, ...(escrowPayment === undefined ? {} : { escrowPayment }) };
}

export function queryLeases(ctx: Context, needs: MarketNeeds, request: QueryLeasesRequest) {
  const asked: Filters = request.filters ?? anything;
  const { rows, pagination } = listByState<BidKey, Lease>(ctx, {
    map: leases,
    byState: leasesByState,
    states: leaseStateNames,
    stateOf: (lease) => lease.state,
    paths: bidPaths<Lease>(asked, leases, leasesByProvider),
    // The reference passes over a lease filter's bseq.
    accepts: (lease) => matches({ ...asked, bseq: 0 }, idOf(lease)),
    state: request.filters?.state ?? "",
    request: request.pagination,
  });
  return { leases: rows.map((lease) => leaseRow(ctx, needs, lease)), pagination };
}

export function queryLease(ctx: Context, needs: MarketNeeds, request: QueryLeaseRequest) {
  const id = request.id ?? { owner: "", dseq: 0n, gseq: 0, oseq: 0, provider: "", bseq: 0 };
  requireAddresses(id);
  return leaseRow(ctx, needs, leases.get(ctx, bidKey(id)) ?? refuse(marketErrors.leaseNotFound));
}

export function queryParams(ctx: Context) {
  return { params: requireParams(ctx) };
}
