/** The manifests that tenants sent, with the host names that their leases hold. */
import type { ManifestGroup } from "@stoa/market";
import type { KeptLease, LeaseStore } from "../gateway/lease-book.ts";
import { leaseNamespace } from "../runtimes/fingerprint.ts";
import type { LeaseId } from "../runtimes/runtime.ts";
import type { JsonFolder } from "./json-folder.ts";

interface Written {
  readonly lease: Omit<LeaseId, "dseq"> & { readonly dseq: string };
  readonly group: ManifestGroup;
  readonly hostnames: readonly string[];
}

export class ManifestStore implements LeaseStore {
  readonly #folder: JsonFolder;

  constructor(folder: JsonFolder) {
    this.#folder = folder;
  }

  async load(): Promise<readonly KeptLease[]> {
    return (this.#folder.load() as Written[]).map(({ lease, group, hostnames }) => {
      return { lease: { ...lease, dseq: BigInt(lease.dseq) }, group, hostnames };
    });
  }

  async save(kept: readonly KeptLease[]): Promise<void> {
    for (const { lease, group, hostnames } of kept)
      this.#folder.save(leaseNamespace(lease), { lease, group, hostnames });
  }

  async remove(lease: LeaseId): Promise<void> {
    this.#folder.remove(leaseNamespace(lease));
  }
}
