/** What the gateway asks of the chain and of the rest of the provider. It owns no state of its own. */
import type { GroupSpec, ManifestGroup } from "@stoa/market";
import type { OnChainCertificate } from "@stoa/wire";
import type { GpuDevice, LeaseId } from "../runtimes/runtime.ts";

export interface DeploymentFacts {
  /** The manifest's version hash, 32 bytes. */
  readonly hash: Uint8Array;
  readonly groups: readonly { readonly gseq: number; readonly spec: GroupSpec }[];
}

/** Reads of chain state. Each rejects when the chain cannot be asked; absence is `undefined`. */
export interface ChainQueries {
  /** Compressed secp256k1 key of an account; `undefined` for an unknown account and one that never signed. */
  accountPublicKey(address: string): Promise<Uint8Array | undefined>;
  /** The valid certificate of an account by serial; `undefined` when it is absent or revoked. */
  certificate(owner: string, serial: bigint): Promise<OnChainCertificate | undefined>;
  deployment(owner: string, dseq: bigint): Promise<DeploymentFacts | undefined>;
  /** Leases of a deployment with this provider that are active or being reclaimed. */
  leases(owner: string, dseq: bigint): Promise<readonly LeaseId[]>;
}

/** A lease and the manifest group that it runs. */
export interface ManagedLease {
  readonly lease: LeaseId;
  readonly group: ManifestGroup;
}

/** Why a transfer cannot be: the tenant's mistake, in the reference's words. */
export type TransferProblem = string | undefined;

/** The provider's leases: their manifests, names and addresses. */
export interface LeaseService {
  /** The manifest group that a lease was last told to run. */
  manifestGroup(lease: LeaseId): Promise<ManifestGroup | undefined>;
  /** The lease with a manifest here that holds a group of a deployment. */
  find(owner: string, dseq: bigint, gseq: number): Promise<ManagedLease | undefined>;
  /** Why this owner may not hold one of these host names here, in the reference's words, or undefined. */
  hostnameProblem(owner: string, hostnames: readonly string[]): Promise<string | undefined>;
  /** Keeps the manifest of these leases durably and starts to make it so. Resolves when it is kept. */
  accept(leases: readonly ManagedLease[]): Promise<void>;
  /** Points host names that the lease's manifest declares at that lease. */
  transferHostnames(lease: LeaseId, hostnames: readonly string[]): Promise<TransferProblem>;
  /** Moves leased addresses that the lease's manifest declares to that lease. */
  transferEndpoints(lease: LeaseId, endpoints: readonly string[]): Promise<TransferProblem>;
}

/** Amounts: CPU in thousandths, GPUs in devices, the rest in bytes; `storage` by class. */
export interface ResourceTotals {
  readonly cpu: bigint;
  readonly gpu: bigint;
  readonly memory: bigint;
  readonly storageEphemeral: bigint;
  readonly storage: Readonly<Record<string, bigint>>;
}

/** A processor of a machine. */
export interface Processor {
  /** Its place in the machine, from "0". */
  readonly id: string;
  readonly vendor: string;
  readonly model: string;
  /** Threads that run at once. */
  readonly threads: number;
}

/** What `/status` (provider.md §6.4) and gRPC's GetStatus (§6.7) tell. */
export interface ProviderStatus {
  readonly leases: number;
  /** One entry per reservation that runs. */
  readonly active: readonly ResourceTotals[];
  /** One entry per reservation that waits for a lease, a manifest or its containers. */
  readonly pending: readonly ResourceTotals[];
  readonly nodes: readonly {
    readonly name: string;
    readonly allocatable: ResourceTotals;
    readonly available: ResourceTotals;
    readonly processors: readonly Processor[];
    readonly gpus: readonly GpuDevice[];
  }[];
  /** Persistent classes: bytes that are free, and bytes in all. */
  readonly storage: readonly { readonly class: string; readonly size: bigint; readonly capacity: bigint }[];
  readonly orders: number;
  readonly deployments: number;
  readonly publicHostname: string;
  /** Nanoseconds; undefined when the provider offers no reclamation window. */
  readonly reclamationWindowNs: bigint | undefined;
}

export interface StatusSource {
  status(): Promise<ProviderStatus>;
}

/** What `/version` tells about this program. */
export interface VersionFacts {
  readonly name: string;
  readonly version: string;
  readonly commit: string;
  readonly runtimeVersion: string;
}

/** What the provider thought of an order. */
export interface OrderView {
  /** What became of it: `bidding`, `bid`, `declined`, `failed`, `won`, `lost`, `closed`. */
  readonly state: string;
  /** Why there is no bid, for people; empty when there is one. */
  readonly reasons: readonly string[];
}

/** Memory of recent bidding decisions: tenants without bids ask why. */
export interface OrderViews {
  /** `order` is `owner/dseq/gseq/oseq`; undefined for an order that was not seen. */
  view(order: string): OrderView | undefined;
}
