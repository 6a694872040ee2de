/** What a lease runs, as data: written by the engine, carried out by a runtime. */

/** The lease that a workload belongs to (market-modules.md §3.1). */
export interface LeaseId {
  readonly owner: string;
  readonly dseq: bigint;
  readonly gseq: number;
  readonly oseq: number;
  readonly provider: string;
}

/** `owner/dseq/gseq/oseq/provider`, the text that identifies a lease everywhere. */
export function leaseKey(lease: LeaseId): string {
  return `${lease.owner}/${lease.dseq}/${lease.gseq}/${lease.oseq}/${lease.provider}`;
}

/** What one lease should run: derived from its manifest group and its reservation. */
export interface LeaseWorkload {
  readonly lease: LeaseId;
  /** Name of the manifest group. */
  readonly group: string;
  readonly services: readonly ServiceWorkload[];
}

export interface ServiceWorkload {
  readonly name: string;
  readonly image: string;
  /** Replaces the image's entry point when not empty. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** `NAME=value`, the injected `AKASH_*` variables included. */
  readonly env: readonly string[];
  readonly replicas: number;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly gpu: GpuWorkload | null;
  readonly volumes: readonly VolumeWorkload[];
  readonly exposes: readonly ExposeWorkload[];
  /** Registry login; `null` without one. */
  readonly credentials: RegistryCredentials | null;
}

export interface GpuWorkload {
  /** Devices of one replica. */
  readonly units: number;
  readonly vendor: string;
  /** Identities of the reserved devices of every replica, in order: replica i owns `units` of them from `i * units` on. */
  readonly devices: readonly string[];
}

/** `root` is the container's own file system, `ephemeral` lives as long as the replica, `ram` is memory, `persistent` outlives it. */
export type VolumeKind = "root" | "ephemeral" | "ram" | "persistent";

export interface VolumeWorkload {
  readonly name: string;
  readonly kind: VolumeKind;
  /** Storage class of a persistent volume, else "". */
  readonly storageClass: string;
  readonly bytes: number;
  /** Absolute path inside the container; "" for `root`. */
  readonly mount: string;
  readonly readOnly: boolean;
}

/** `http`: by host name through the router; `port`: a forwarded port; `ip`: a leased address; `internal`: other services only. */
export type ExposeKind = "http" | "port" | "ip" | "internal";

export interface ExposeWorkload {
  readonly kind: ExposeKind;
  /** Port inside the container. */
  readonly port: number;
  /** Port that the tenant asked to be seen (`as`, else the same port). */
  readonly externalPort: number;
  readonly protocol: "TCP" | "UDP";
  /** Host names that lead here, the generated one first; only for `http`. */
  readonly hosts: readonly string[];
  /** Name of the leased endpoint; only for `ip`. */
  readonly endpoint: string;
  readonly http: HttpOptions | null;
}

/** Limits of the HTTP path of one expose (provider.md §5.5). */
export interface HttpOptions {
  readonly maxBodyBytes: number;
  readonly readTimeoutMs: number;
  readonly sendTimeoutMs: number;
}

export interface RegistryCredentials {
  readonly host: string;
  readonly username: string;
  readonly password: string;
}
