import type { LeaseId, OrderId } from "@stoa/market";
import type { CompiledSdl } from "@stoa/sdl";

/** What runs of one service of a lease, as its provider says. */
export interface ServiceState {
  readonly name: string;
  readonly total: number;
  readonly available: number;
  /** Why replicas are missing; "" when all run. */
  readonly reason: string;
  /** True if waiting will not help: no such image, or it exits at once. */
  readonly failed: boolean;
  /** Host names and, for HTTP, `127.0.0.1:PORT`. */
  readonly uris: readonly string[];
  /** `HOST:PORT` of forwarded ports. */
  readonly forwarded: readonly string[];
}

/** Why a provider did not bid. */
export interface DeclineReasons {
  readonly provider: string;
  readonly reasons: readonly string[];
}

/** The tenant's side of the providers' gateways. */
export interface TenantGateway {
  /** The gateway's URL of a registered provider. */
  hostUri(provider: string): Promise<string>;
  sendManifest(hostUri: string, lease: LeaseId, compiled: CompiledSdl): Promise<void>;
  leaseServices(hostUri: string, lease: LeaseId): Promise<readonly ServiceState[]>;
  /** Asks every registered provider why it did not bid on an order. */
  declineReasons(order: OrderId): Promise<readonly DeclineReasons[]>;
}
