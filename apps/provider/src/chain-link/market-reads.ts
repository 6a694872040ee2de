/** What the provider reads of the market, in its own words. Nothing here remembers anything. */
import { create } from "@bufbuild/protobuf";
import { type ChainClient, ChainError, isNotFound } from "@stoa/client";
import type { Attribute, GroupSpec, OrderId } from "@stoa/market";
import { readDecCoin } from "@stoa/market";
import { Dec } from "@stoa/std";
import { Query as AuditQuery } from "@stoa/wire/akash.audit.v1";
import { DeploymentIDSchema } from "@stoa/wire/akash.deployment.v1";
import { Query as DeploymentQuery } from "@stoa/wire/akash.deployment.v1beta4";
import { BidIDSchema, type Lease, Lease_State, LeaseIDSchema, OrderIDSchema } from "@stoa/wire/akash.market.v1";
import { type Bid, Bid_State, Query as MarketQuery, type Order, Order_State } from "@stoa/wire/akash.market.v1beta5";
import { type Provider, Query as ProviderQuery } from "@stoa/wire/akash.provider.v1beta4";
import type { OrderFacts } from "../engine/bid.ts";
import type { AccountFacts } from "../engine/exhaustion.ts";
import type { LeaseId } from "../engine/workload.ts";

export interface OrderRow extends OrderFacts {
  readonly open: boolean;
}

export interface BidRow {
  readonly order: OrderId;
  readonly open: boolean;
  readonly price: { readonly denom: string; readonly amount: Dec };
}

export interface LeaseRow {
  readonly lease: LeaseId;
  /** Active, or being reclaimed: paid for and to be served. */
  readonly live: boolean;
  readonly denom: string;
  readonly rate: Dec;
  readonly startHeight: bigint;
}

/** The reads as an interface, for whoever stands in for a chain. */
export type MarketReader = Pick<MarketReads, keyof MarketReads>;

export class MarketReads {
  readonly #client: ChainClient;
  readonly #provider: string;

  constructor(client: ChainClient, provider: string) {
    this.#client = client;
    this.#provider = provider;
  }

  async order(id: OrderId): Promise<OrderRow | null> {
    const { owner, dseq, gseq, oseq } = id;
    const request = { id: create(OrderIDSchema, { owner, dseq, gseq, oseq }) };
    const answer = await orNull(this.#client.query(MarketQuery.method.order, request));
    return answer?.order === undefined ? null : orderRow(answer.order);
  }

  async openOrders(): Promise<OrderRow[]> {
    const orders = await this.#client.queryAll(
      MarketQuery.method.orders,
      (pagination) => ({ filters: { state: "open" }, pagination }),
      ({ orders, pagination }) => ({ rows: orders, nextKey: pagination?.nextKey }),
    );
    return orders.map(orderRow);
  }

  async bid(id: OrderId): Promise<BidRow | null> {
    const { owner, dseq, gseq, oseq } = id;
    const request = { id: create(BidIDSchema, { owner, dseq, gseq, oseq, provider: this.#provider }) };
    const answer = await orNull(this.#client.query(MarketQuery.method.bid, request));
    return answer?.bid === undefined ? null : bidRow(answer.bid);
  }

  async ownOpenBids(): Promise<BidRow[]> {
    const bids = await this.#client.queryAll(
      MarketQuery.method.bids,
      (pagination) => ({ filters: { provider: this.#provider, state: "open" }, pagination }),
      ({ bids, pagination }) => ({ rows: bids, nextKey: pagination?.nextKey }),
    );
    return bids.flatMap(({ bid }) => (bid === undefined ? [] : [bidRow(bid)]));
  }

  /** `null` when the chain says that there is none; an answer that says nothing must not cost a tenant what runs. */
  async lease(id: LeaseId): Promise<LeaseRow | null> {
    const answer = await orNull(this.#client.query(MarketQuery.method.lease, { id: create(LeaseIDSchema, id) }));
    if (answer === null) return null;
    if (answer.lease === undefined) throw new ChainError("bad-answer", "the node's answer about a lease holds none");
    return leaseRow(answer.lease);
  }

  /** Live leases with this provider; of one deployment, or of all. */
  async ownLeases(deployment?: { owner: string; dseq: bigint }): Promise<LeaseRow[]> {
    return this.#liveLeases({ provider: this.#provider, ...deployment });
  }

  async #liveLeases(filters: { provider?: string; owner?: string; dseq?: bigint }): Promise<LeaseRow[]> {
    const found: LeaseRow[] = [];
    for (const state of ["active", "reclaiming"]) {
      const leases = await this.#client.queryAll(
        MarketQuery.method.leases,
        (pagination) => ({ filters: { ...filters, state }, pagination }),
        ({ leases, pagination }) => ({ rows: leases, nextKey: pagination?.nextKey }),
      );
      for (const { lease } of leases) if (lease !== undefined) found.push(leaseRow(lease));
    }
    return found;
  }

  /** The money behind a lease: the deployment's account and everything that draws on it. `null` when it is gone. */
  async account(lease: LeaseId, denom: string): Promise<AccountFacts | null> {
    const { owner, dseq } = lease;
    const request = { id: create(DeploymentIDSchema, { owner, dseq }) };
    const answer = await orNull(this.#client.query(DeploymentQuery.method.deployment, request));
    const state = answer?.escrowAccount?.state;
    if (state === undefined) return null;
    const balance = state.funds.find((each) => each.denom === denom);
    const leases = await this.#liveLeases({ owner, dseq });
    return {
      funds: balance === undefined ? Dec.zero : (readDecCoin(balance)?.amount ?? Dec.zero),
      settledAt: state.settledAt,
      payments: leases.filter((row) => row.denom === denom).map(({ rate, startHeight }) => ({ rate, startHeight })),
    };
  }

  async deployment(owner: string, dseq: bigint): Promise<DeploymentRow | null> {
    const request = { id: create(DeploymentIDSchema, { owner, dseq }) };
    const answer = await orNull(this.#client.query(DeploymentQuery.method.deployment, request));
    if (answer?.deployment === undefined) return null;
    return {
      hash: answer.deployment.hash,
      groups: answer.groups.flatMap(({ id, groupSpec }) =>
        id === undefined || groupSpec === undefined ? [] : [{ gseq: id.gseq, spec: groupSpec }],
      ),
    };
  }

  async registration(): Promise<Provider | null> {
    const answer = await orNull(this.#client.query(ProviderQuery.method.provider, { owner: this.#provider }));
    return answer?.provider ?? null;
  }

  /** What auditors signed about this provider; empty where the chain has no such module. */
  async signedAttributes(): Promise<{ auditor: string; attributes: readonly Attribute[] }[]> {
    const answer = await orNull(
      this.#client.query(AuditQuery.method.providerAttributes, { owner: this.#provider, pagination: {} }),
    );
    return (answer?.providers ?? []).map(({ auditor, attributes }) => ({ auditor, attributes }));
  }
}

export interface DeploymentRow {
  readonly hash: Uint8Array;
  readonly groups: readonly { readonly gseq: number; readonly spec: GroupSpec }[];
}

async function orNull<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (cause) {
    if (isNotFound(cause)) return null;
    throw cause;
  }
}

function orderRow(order: Order): OrderRow {
  const window = order.reclamation?.minWindow;
  return {
    id: order.id ?? create(OrderIDSchema),
    group: order.spec ?? { name: "", resources: [] },
    reclamationMinS: window === undefined ? null : window.seconds,
    open: order.state === Order_State.open,
  };
}

function bidRow(bid: Bid): BidRow {
  return {
    order: bid.id ?? create(BidIDSchema),
    open: bid.state === Bid_State.open,
    price: (bid.price === undefined ? undefined : readDecCoin(bid.price)) ?? { denom: "", amount: Dec.zero },
  };
}

function leaseRow(lease: Lease): LeaseRow {
  const { owner, dseq, gseq, oseq, provider } = lease.id ?? create(LeaseIDSchema);
  const price = lease.price === undefined ? undefined : readDecCoin(lease.price);
  return {
    lease: { owner, dseq, gseq, oseq, provider },
    live: lease.state === Lease_State.active || lease.state === Lease_State.reclaiming,
    denom: price?.denom ?? "",
    rate: price?.amount ?? Dec.zero,
    startHeight: lease.createdAt,
  };
}
