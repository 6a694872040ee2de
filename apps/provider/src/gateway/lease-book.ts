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

  constructor(params: LeaseBookParams) {
    this.#params = params;
    this.#hostnames = new HostnameTable({ blocked: params.blockedHostnames });
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
  async remove(lease: LeaseId): Promise<void> {
    this.#kept.delete(leaseKey(lease));
    this.#hostnames.release(lease);
    await this.#params.store.remove(lease);
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

  async accept(leases: readonly ManagedLease[]): Promise<void> {
    for (const managed of leases) {
      this.#hostnames.reserve(managed.lease, groupHostnames(managed.group));
      this.#kept.set(leaseKey(managed.lease), managed);
    }
    await this.#changed(leases.map(({ lease }) => lease));
  }

  async transferHostnames(lease: LeaseId, hostnames: readonly string[]): Promise<TransferProblem> {
    const problem = this.#hostnames.problem(lease.owner, hostnames);
    if (problem !== undefined) return problem;
    const before = this.#hostnames.transfer(lease, hostnames);
    await this.#changed([...before, lease]);
    return undefined;
  }

  /** A leased address is told apart by its endpoint's name and owner, so the runtime moves it by what should run. */
  async transferEndpoints(lease: LeaseId, _endpoints: readonly string[]): Promise<TransferProblem> {
    await this.#changed([lease]);
    return undefined;
  }

  async #changed(leases: readonly LeaseId[]): Promise<void> {
    const kept = leases.flatMap((lease) => {
      const managed = this.#kept.get(leaseKey(lease));
      if (managed === undefined) return [];
      const names = groupHostnames(managed.group).map((name) => name.toLowerCase());
      const withheld = this.#hostnames.withheld(lease, names);
      return [{ ...managed, hostnames: names.filter((name) => !withheld.has(name)) }];
    });
    await this.#params.store.save(kept);
    this.#params.onChange(leases);
  }
}
