/**
 * The leases that have a manifest here, with their host names: what should run. It tells the reconciler when that
 * changed and never runs anything itself; what it holds is kept by its store.
 */
import type { ManifestGroup } from "@stoa/market";
import type { Hash } from "@stoa/std";
import { deriveWorkload } from "../engine/derive.ts";
import type { Reservation } from "../engine/ledger.ts";
import { type LeaseId, type LeaseWorkload, leaseKey } from "../runtimes/runtime.ts";
import { HostnameTable } from "./hostname-table.ts";
import { groupHostnames } from "./manifest-submit.ts";
import type { LeaseService, ManagedLease, TransferProblem } from "./ports.ts";

/** What is kept of a lease. */
export interface KeptLease extends ManagedLease {
  /** Host names of the manifest that this lease holds, lower case. */
  readonly hostnames: readonly string[];
}

/** Durable memory of the book. `save` replaces what is kept of that lease. */
export interface LeaseStore {
  load(): Promise<readonly KeptLease[]>;
  save(kept: readonly KeptLease[]): Promise<void>;
  remove(lease: LeaseId): Promise<void>;
}

export interface LeaseBookParams {
  readonly store: LeaseStore;
  /** Host names that nobody may hold; a dot in front stands for a domain. */
  readonly blockedHostnames: readonly string[];
  /** Domain of generated host names. */
  readonly ingressDomain: string;
  readonly publicHost: string;
  readonly hash: Hash;
  /** Called after the desired state of these leases changed. */
  readonly onChange: (leases: readonly LeaseId[]) => void;
}

export class LeaseBook implements LeaseService {
  readonly #params: LeaseBookParams;
  readonly #hostnames: HostnameTable;
  readonly #kept = new Map<string, ManagedLease>();
  /** Changes follow one another: each is durable before the next looks at what there is. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(params: LeaseBookParams) {
    this.#params = params;
    const { blockedHostnames, ingressDomain } = params;
    this.#hostnames = new HostnameTable({ blocked: blockedHostnames, ingressDomain });
  }

  /** Reads what was kept before this start. */
  async load(): Promise<void> {
    for (const { lease, group, hostnames } of await this.#params.store.load()) {
      this.#kept.set(leaseKey(lease), { lease, group });
      this.#hostnames.reserve(lease, hostnames);
    }
  }

  /** All leases with a manifest. */
  leases(): readonly ManagedLease[] {
    return [...this.#kept.values()];
  }

  /** What a lease should run within its reservation; undefined without a manifest. */
  workload(lease: LeaseId, reservation: Reservation): LeaseWorkload | undefined {
    const managed = this.#kept.get(leaseKey(lease));
    if (managed === undefined) return undefined;
    const { ingressDomain, publicHost, hash } = this.#params;
    const withheld = this.#hostnames.withheld(lease, groupHostnames(managed.group));
    const { group } = managed;
    return deriveWorkload({ lease, group, reservation, ingressDomain, publicHost, withheld, hash });
  }

  /** Forgets a lease that ended; its names are free. */
  remove(lease: LeaseId): Promise<void> {
    return this.#inTurn(async () => {
      this.#kept.delete(leaseKey(lease));
      this.#hostnames.release(lease);
      await this.#params.store.remove(lease);
    });
  }

  async manifestGroup(lease: LeaseId): Promise<ManifestGroup | undefined> {
    return this.#kept.get(leaseKey(lease))?.group;
  }

  async find(owner: string, dseq: bigint, gseq: number): Promise<ManagedLease | undefined> {
    return this.leases().find(({ lease }) => lease.owner === owner && lease.dseq === dseq && lease.gseq === gseq);
  }

  async hostnameProblem(owner: string, hostnames: readonly string[]): Promise<string | undefined> {
    return this.#hostnames.problem(owner, hostnames);
  }

  accept(leases: readonly ManagedLease[]): Promise<void> {
    return this.#change(leases, () => {
      for (const { lease, group } of leases) this.#hostnames.reserve(lease, groupHostnames(group));
    });
  }

  async transferHostnames(lease: LeaseId, hostnames: readonly string[]): Promise<TransferProblem> {
    const problem = this.#hostnames.problem(lease.owner, hostnames);
    if (problem !== undefined) return problem;
    const holders = new Map(this.#hostnames.holders(hostnames).map((holder) => [leaseKey(holder), holder]));
    holders.set(leaseKey(lease), lease);
    const touched = [...holders].flatMap(([key]) => this.#kept.get(key) ?? []);
    await this.#change(touched, () => this.#hostnames.transfer(lease, hostnames));
    return undefined;
  }

  /** A leased address is told apart by its endpoint's name and owner, so the runtime moves it by what should run. */
  async transferEndpoints(lease: LeaseId, _endpoints: readonly string[]): Promise<TransferProblem> {
    this.#params.onChange([lease]);
    return undefined;
  }

  /** Moves names, keeps these leases so, and only then counts it as done. Nothing has changed if it rejects. */
  #change(leases: readonly ManagedLease[], moveNames: () => void): Promise<void> {
    return this.#inTurn(async () => {
      const undo = this.#hostnames.memento();
      moveNames();
      try {
        await this.#params.store.save(leases.map((managed) => ({ ...managed, hostnames: this.#heldOf(managed) })));
      } catch (cause) {
        undo();
        throw cause;
      }
      for (const managed of leases) this.#kept.set(leaseKey(managed.lease), managed);
      this.#params.onChange(leases.map(({ lease }) => lease));
    });
  }

  #heldOf({ lease, group }: ManagedLease): readonly string[] {
    const names = groupHostnames(group).map((name) => name.toLowerCase());
    const withheld = this.#hostnames.withheld(lease, names);
    return names.filter((name) => !withheld.has(name));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
