/** Our live leases: their money, their deadlines and what the runtime said of them last. */
import type { Log } from "@stoa/std";
import type { LeaseRow, MarketReader } from "../chain-link/market-reads.ts";
import { groupDemand } from "../engine/demand.ts";
import type { AccountFacts } from "../engine/exhaustion.ts";
import type { Ledger, Reservation } from "../engine/ledger.ts";
import { type OwnLease, orderOfLease } from "../engine/plan.ts";
import { type LeaseId, type LeaseWorkload, leaseKey } from "../engine/workload.ts";
import type { LeaseBook } from "../gateway/lease-book.ts";
import type { ReservationStore } from "../home/reservation-store.ts";
import { workloadFingerprint } from "../runtimes/fingerprint.ts";

/** First wait after a failed start; each later one is twice as long. */
const retryFirstMs = 1_000;
const retryMaxMs = 60_000;

export interface LeaseDeskParams {
  readonly reads: MarketReader;
  readonly ledger: Ledger;
  readonly book: LeaseBook;
  readonly store: ReservationStore;
  /** 0: leases wait for ever. */
  readonly manifestTimeoutMs: number;
  /** 0: only when the money ends. */
  readonly withdrawIntervalMs: number;
  readonly nowMs: () => number;
  readonly log: Log;
}

interface LeaseEntry {
  readonly row: LeaseRow;
  readonly wonAtMs: number;
  withdrawAtMs: number | null;
  account: AccountFacts | null;
  retryAtMs: number;
  failures: number;
}

export class LeaseDesk {
  readonly #params: LeaseDeskParams;
  readonly #leases = new Map<string, LeaseEntry>();
  readonly #wonAt = new Map<string, number>();

  constructor(params: LeaseDeskParams) {
    this.#params = params;
    for (const { reservation, wonAtMs } of params.store.load()) {
      params.ledger.restore(reservation);
      this.#wonAt.set(reservation.order, wonAtMs);
    }
  }

  get count(): number {
    return this.#leases.size;
  }

  has(key: string): boolean {
    return this.#leases.has(key);
  }

  lease(key: string): LeaseId | undefined {
    return this.#leases.get(key)?.row.lease;
  }

  keys(): string[] {
    return [...this.#leases.keys()];
  }

  /** A lease of ours that is live on the chain: its room is kept from now on, whatever happens to this process. */
  async admit(row: LeaseRow): Promise<void> {
    const key = leaseKey(row.lease);
    const known = this.#leases.get(key);
    if (known !== undefined) {
      // The chain went away just when its money was asked for.
      if (known.account === null) await this.readMoney(row.lease.owner, row.lease.dseq);
      return;
    }
    const { nowMs, withdrawIntervalMs, store, log } = this.#params;
    const order = orderOfLease(key);
    const reservation = await this.#reservation(row.lease, order);
    const wonAtMs = this.#wonAt.get(order) ?? nowMs();
    store.save({ reservation, wonAtMs });
    this.#leases.set(key, {
      row,
      wonAtMs,
      withdrawAtMs: withdrawIntervalMs === 0 ? null : nowMs() + withdrawIntervalMs,
      account: null,
      retryAtMs: 0,
      failures: 0,
    });
    log.info("lease", { lease: key, price: `${row.rate}${row.denom}` });
    await this.readMoney(row.lease.owner, row.lease.dseq);
  }

  /** The room of a lease; when this home forgot it, it is reserved anew, and a lease without room is still served. */
  async #reservation(lease: LeaseId, order: string): Promise<Reservation> {
    const { ledger, reads, log } = this.#params;
    const known = ledger.get(order);
    if (known !== undefined) return known;
    const row = await reads.order(lease);
    const result = row === null ? null : ledger.reserve(order, groupDemand(row.group));
    if (result?.ok === true) return result.reservation;
    log.error("a live lease has no room in the ledger", { lease: leaseKey(lease) });
    const none = { order, cpuMilli: 0n, memoryBytes: 0n, diskBytes: 0n, classes: {}, grants: [] };
    ledger.restore(none);
    return none;
  }

  /** The lease ended: everything of it is forgotten here; the runtime and the ledger follow by the plan. */
  async end(key: string): Promise<void> {
    const entry = this.#leases.get(key);
    if (entry === undefined) return;
    this.#leases.delete(key);
    const order = orderOfLease(key);
    this.#wonAt.delete(order);
    this.#params.store.remove(order);
    await this.#params.book.remove(entry.row.lease);
    this.#params.log.info("lease ended", { lease: key });
  }

  /** Leases that have a manifest here and are not known to live: they ended while it came, or just began. */
  strays(): LeaseId[] {
    return this.#params.book.leases().flatMap(({ lease }) => (this.#leases.has(leaseKey(lease)) ? [] : [lease]));
  }

  /** Forgets the manifest of a lease that does not live. */
  async forget(lease: LeaseId): Promise<void> {
    await this.#params.book.remove(lease);
  }

  /** Manifests of leases that ended while this program was away. */
  async forgetEnded(): Promise<void> {
    for (const { lease } of this.#params.book.leases()) {
      if (!this.#leases.has(leaseKey(lease))) await this.#params.book.remove(lease);
    }
    for (const { reservation } of this.#params.store.load()) {
      const live = this.keys().some((key) => orderOfLease(key) === reservation.order);
      if (!live) this.#params.store.remove(reservation.order);
    }
  }

  /** Reads the money of a deployment for all its leases here. */
  async readMoney(owner: string, dseq: bigint): Promise<void> {
    for (const entry of this.#leases.values()) {
      const { lease, denom } = entry.row;
      if (lease.owner === owner && lease.dseq === dseq) entry.account = await this.#params.reads.account(lease, denom);
    }
  }

  /** What the lease should run; undefined without a manifest. */
  workload(key: string): LeaseWorkload | undefined {
    const entry = this.#leases.get(key);
    const reservation = this.#params.ledger.get(orderOfLease(key));
    if (entry === undefined || reservation === undefined) return undefined;
    return this.#params.book.workload(entry.row.lease, reservation);
  }

  ownLeases(): OwnLease[] {
    const { manifestTimeoutMs } = this.#params;
    return [...this.#leases].map(([key, entry]) => {
      const workload = this.workload(key);
      return {
        key,
        fingerprint: workload === undefined ? null : workloadFingerprint(workload),
        manifestDeadlineMs: manifestTimeoutMs === 0 ? null : entry.wonAtMs + manifestTimeoutMs,
        withdrawAtMs: entry.withdrawAtMs,
        account: entry.account,
        retryAtMs: entry.retryAtMs,
      };
    });
  }

  started(key: string): void {
    const entry = this.#leases.get(key);
    if (entry !== undefined) entry.failures = 0;
  }

  /** The runtime could not start it; the next attempt waits longer. */
  failed(key: string): void {
    const entry = this.#leases.get(key);
    if (entry === undefined) return;
    entry.retryAtMs = this.#params.nowMs() + Math.min(retryMaxMs, retryFirstMs * 2 ** entry.failures);
    entry.failures = Math.min(entry.failures + 1, 16);
  }

  /** The desired state changed: no reason to wait any longer. */
  changed(key: string): void {
    const entry = this.#leases.get(key);
    if (entry === undefined) return;
    entry.retryAtMs = 0;
    entry.failures = 0;
  }

  withdrawn(key: string): void {
    const entry = this.#leases.get(key);
    const { withdrawIntervalMs, nowMs } = this.#params;
    if (entry !== undefined && withdrawIntervalMs > 0) entry.withdrawAtMs = nowMs() + withdrawIntervalMs;
  }
}
