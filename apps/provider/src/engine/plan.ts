/**
 * What has to be done now: everything that is owed to the chain and to the runtime, as data. The caller carries the
 * actions out and comes back with new facts; nothing here waits, and the same facts always give the same actions.
 */
import { type AccountFacts, exhaustionHeight } from "./exhaustion.ts";

/** A bid of ours that is open on the chain. */
export interface OpenBid {
  /** `owner/dseq/gseq/oseq`. */
  readonly order: string;
  /** The order can still become our lease. */
  readonly orderOpen: boolean;
  /** When the bid is given up; `null` never. */
  readonly expiresAtMs: number | null;
}

/** A lease of ours that is active (or reclaiming) on the chain. */
export interface OwnLease {
  readonly key: string;
  /** Fingerprint of the workload; `null` until a manifest came. */
  readonly fingerprint: string | null;
  /** When the lease is given up if no manifest came; `null` never. */
  readonly manifestDeadlineMs: number | null;
  /** The next withdrawal by interval; `null` never. */
  readonly withdrawAtMs: number | null;
  /** What is known of the deployment's money; `null` until it was read. */
  readonly account: AccountFacts | null;
  /** The runtime failed at this workload: not before this time again. */
  readonly retryAtMs: number;
}

export interface Observed {
  readonly key: string;
  readonly fingerprint: string;
  readonly complete: boolean;
}

export interface World {
  readonly nowMs: number;
  /** The last committed block. */
  readonly height: bigint;
  readonly bids: readonly OpenBid[];
  readonly leases: readonly OwnLease[];
  /** What runs; `null` when the runtime does not answer: then nothing is concluded from it. */
  readonly observed: readonly Observed[] | null;
  /** Orders that hold room in the ledger. */
  readonly reserved: readonly string[];
  /** Orders for which a bid is being made right now. */
  readonly bidding: ReadonlySet<string>;
}

export type Action =
  | { readonly kind: "ensure"; readonly lease: string }
  | { readonly kind: "remove"; readonly lease: string }
  | { readonly kind: "withdraw"; readonly lease: string; readonly because: "interval" | "exhausted" }
  | { readonly kind: "close-bid"; readonly order: string; readonly because: "lost" | "expired" }
  | { readonly kind: "close-lease"; readonly lease: string; readonly because: "manifest-timeout" }
  | { readonly kind: "release"; readonly order: string };

/** The order of a lease's key: everything but the provider. */
export function orderOfLease(leaseKey: string): string {
  return leaseKey.slice(0, leaseKey.lastIndexOf("/"));
}

export function plan(world: World): Action[] {
  return [...runtimeActions(world), ...leaseDuties(world), ...bidDuties(world), ...ledgerActions(world)];
}

function runtimeActions({ observed, leases, nowMs }: World): Action[] {
  if (observed === null) return [];
  const actions: Action[] = [];
  const running = new Map(observed.map((each) => [each.key, each]));
  const wanted = new Set(leases.map(({ key }) => key));
  for (const { key } of observed) if (!wanted.has(key)) actions.push({ kind: "remove", lease: key });
  for (const { key, fingerprint, retryAtMs } of leases) {
    if (fingerprint === null || nowMs < retryAtMs) continue;
    const found = running.get(key);
    if (found === undefined || !found.complete || found.fingerprint !== fingerprint) {
      actions.push({ kind: "ensure", lease: key });
    }
  }
  return actions;
}

function leaseDuties({ leases, nowMs, height }: World): Action[] {
  const actions: Action[] = [];
  for (const { key, fingerprint, manifestDeadlineMs, withdrawAtMs, account } of leases) {
    const overdue = fingerprint === null && manifestDeadlineMs !== null && nowMs >= manifestDeadlineMs;
    if (overdue) actions.push({ kind: "close-lease", lease: key, because: "manifest-timeout" });
    const end = account === null ? null : exhaustionHeight(account);
    // A transaction sent now executes in the next block at the earliest.
    if (end !== null && height + 1n >= end) actions.push({ kind: "withdraw", lease: key, because: "exhausted" });
    else if (withdrawAtMs !== null && nowMs >= withdrawAtMs) {
      actions.push({ kind: "withdraw", lease: key, because: "interval" });
    }
  }
  return actions;
}

function bidDuties({ bids, nowMs, leases }: World): Action[] {
  const won = new Set(leases.map(({ key }) => orderOfLease(key)));
  const actions: Action[] = [];
  for (const { order, orderOpen, expiresAtMs } of bids) {
    if (won.has(order)) continue;
    if (!orderOpen) actions.push({ kind: "close-bid", order, because: "lost" });
    else if (expiresAtMs !== null && nowMs >= expiresAtMs)
      actions.push({ kind: "close-bid", order, because: "expired" });
  }
  return actions;
}

/** Room is held by bids in the making, open bids on open orders, and leases; whatever else holds room gives it back. */
function ledgerActions({ reserved, bids, leases, bidding }: World): Action[] {
  const holders = new Set(leases.map(({ key }) => orderOfLease(key)));
  for (const { order, orderOpen } of bids) if (orderOpen) holders.add(order);
  return reserved
    .filter((order) => !holders.has(order) && !bidding.has(order))
    .map((order) => ({ kind: "release", order }));
}
