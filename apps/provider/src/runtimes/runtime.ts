/**
 * The boundary between the provider and whatever runs containers. Docker and the in-memory fake implement it
 * today; Podman and Kubernetes replace the implementation, never this file. A runtime knows no chain and no
 * market: it turns one lease's desired workload into running replicas and reports facts. The provider keeps the
 * desired state, so a runtime that restarts adopts what already runs (provider.md §11.2).
 */

import type { Capacity, Features } from "../engine/capacity.ts";
import type { LeaseId, LeaseWorkload } from "../engine/workload.ts";

export type { Capacity, Features, GpuDevice } from "../engine/capacity.ts";
export {
  type ExposeWorkload,
  type HttpOptions,
  type LeaseId,
  type LeaseWorkload,
  leaseKey,
  type RegistryCredentials,
  type ServiceWorkload,
} from "../engine/workload.ts";

/** One step of bringing a workload up, for people who wait. */
export interface Progress {
  readonly service: string;
  readonly step: "pulling" | "pulled" | "creating" | "started";
  readonly detail: string;
  /** Bytes of the image pulled so far and in all; 0 when unknown. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** What runs, as the runtime sees it by its own labels. */
export interface ObservedLease {
  readonly lease: LeaseId;
  /** Fingerprint of the workload that this runtime last ensured; "" when it did not yet since its start. */
  readonly fingerprint: string;
  /** True when every replica of every service exists and runs. */
  readonly complete: boolean;
}

export interface ServiceStatus {
  readonly name: string;
  /** Replicas that should run. */
  readonly total: number;
  /** Replicas that run. */
  readonly available: number;
  readonly ready: number;
  readonly updated: number;
  readonly generation: number;
  /** Host names, and `127.0.0.1:PORT` of the loopback door; empty for a service without HTTP. */
  readonly uris: readonly string[];
  readonly ports: readonly ForwardedPort[];
  readonly ips: readonly LeasedAddress[];
  readonly restarts: number;
  /** Why replicas are missing, in one line for people; "" when all run. */
  readonly reason: string;
}

export interface ForwardedPort {
  readonly host: string;
  readonly port: number;
  /** Port on the host. */
  readonly externalPort: number;
  readonly protocol: "TCP" | "UDP";
}

export interface LeasedAddress {
  readonly ip: string;
  readonly port: number;
  readonly externalPort: number;
  readonly protocol: "TCP" | "UDP";
}

export interface LeaseStatus {
  readonly lease: LeaseId;
  readonly services: readonly ServiceStatus[];
}

export interface LogOptions {
  /** Empty: all services. */
  readonly services: readonly string[];
  readonly follow: boolean;
  /** Lines from the end; -1 for all. */
  readonly tail: number;
}

export interface LogLine {
  readonly service: string;
  /** Name of the replica: `<service>-<ordinal>-<short id>`. */
  readonly replica: string;
  readonly stream: "stdout" | "stderr";
  /** Without the line end. */
  readonly text: string;
}

/** A fixed, small vocabulary (provider.md §11.6). */
export type EventReason =
  | "Pulling"
  | "Pulled"
  | "Failed"
  | "BackOff"
  | "Created"
  | "Started"
  | "Killing"
  | "Exited"
  | "OOMKilled";

export interface WorkloadEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: EventReason;
  readonly note: string;
  readonly service: string;
  readonly replica: string;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

export interface EventOptions {
  readonly services: readonly string[];
  readonly follow: boolean;
}

export interface ExecRequest {
  readonly service: string;
  /** Ordinal among the service's replicas. */
  readonly replica: number;
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
}

export interface ExecOutput {
  /** A terminal has only stdout. */
  readonly stream: "stdout" | "stderr";
  readonly data: Uint8Array;
}

/** A command that runs in a replica. */
export interface ExecSession {
  /** Ends when the command ends or `close` is called. */
  readonly output: AsyncIterable<ExecOutput>;
  /** Resolves when the engine has taken the bytes (back pressure). */
  write(data: Uint8Array): Promise<void>;
  endInput(): void;
  resize(columns: number, rows: number): Promise<void>;
  /** The exit code; rejects with RuntimeError when it cannot be known. */
  readonly exitCode: Promise<number>;
  /** Lets go of the command and of the streams. */
  close(): void;
}

export interface RuntimeDescription {
  readonly kind: string;
  readonly version: string;
  readonly features: Features;
}

/** Who has to act: the tenant, the machine's owner, or us. */
export type RuntimeFault = "user" | "platform" | "bug";

export type RuntimeErrorCode =
  | "unavailable"
  | "no-such-lease"
  | "no-such-service"
  | "no-such-replica"
  | "not-running"
  | "no-such-command"
  | "no-such-image"
  | "image-pull"
  | "unsupported"
  | "name-taken"
  | "no-space"
  | "refused"
  | "internal";

const faults: Readonly<Record<RuntimeErrorCode, RuntimeFault>> = {
  unavailable: "platform",
  "no-such-lease": "user",
  "no-such-service": "user",
  "no-such-replica": "user",
  "not-running": "user",
  "no-such-command": "user",
  "no-such-image": "user",
  "image-pull": "platform",
  unsupported: "user",
  "name-taken": "user",
  "no-space": "platform",
  refused: "platform",
  internal: "bug",
};

/** The one error of a runtime. The reconciler tries again when the fault is `platform`. */
export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode;
  readonly fault: RuntimeFault;

  constructor(code: RuntimeErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RuntimeError";
    this.code = code;
    this.fault = faults[code];
  }
}

export interface Runtime {
  describe(): Promise<RuntimeDescription>;
  /** Everything the machine has; what leases use is the ledger's business. */
  capacity(): Promise<Capacity>;
  /**
   * Makes what a lease needs whatever its manifest will say, so that `ensure` is quicker. Nobody has to call it; `remove`
   * takes it away again.
   */
  prepare(lease: LeaseId): Promise<void>;
  /**
   * Makes the workload run as described, and nothing else of that lease. Idempotent: what already runs as
   * described is left alone. Resolves when every replica was started; a process that exits later shows in
   * `status` and `events`. Rejects with RuntimeError.
   */
  ensure(workload: LeaseWorkload, onProgress?: (progress: Progress) => void, signal?: AbortSignal): Promise<void>;
  /** Every lease of this home that has anything here, also half of it. */
  observe(): Promise<readonly ObservedLease[]>;
  /** `null` when nothing of the lease is here. */
  status(lease: LeaseId): Promise<LeaseStatus | null>;
  logs(lease: LeaseId, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>;
  events(lease: LeaseId, options: EventOptions, signal: AbortSignal): AsyncIterable<WorkloadEvent>;
  exec(lease: LeaseId, request: ExecRequest): Promise<ExecSession>;
  /** Removes everything of the lease. Idempotent. */
  remove(lease: LeaseId): Promise<void>;
  /** Removes everything that carries this home's label. */
  removeAll(): Promise<void>;
  /** Stops every replica of this home and keeps it for the next start. */
  stopAll(): Promise<void>;
  /** Lets go of connections; what runs goes on. */
  close(): Promise<void>;
}
