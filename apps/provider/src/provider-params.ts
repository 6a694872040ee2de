/** Everything that a provider is told at its start. */
import type { GasPolicy } from "@stoa/client";
import type { Attribute } from "@stoa/market";
import type { Log } from "@stoa/std";
import type { PrivateKey } from "@stoa/wire/wallet";
import type { PriceStrategy } from "./engine/pricing.ts";

export interface ProviderParams {
  /** Folder of this provider alone. */
  readonly home: string;
  /** The home's id: every container, network and volume carries it in the label `stoa`. */
  readonly homeId: string;
  /** `http://host:port` of a node's JSON-RPC. */
  readonly rpc: string;
  readonly key: PrivateKey;
  /** Address that the gateway listens on, and the port it asks for first; another is taken when it is not free. */
  readonly gatewayAddress: string;
  readonly gatewayPort: number;
  /** The same of gRPC. Clients look for it on the port after the gateway's (provider.md §6.1). */
  readonly grpcAddress: string;
  readonly grpcPort: number;
  /** Requests a second that one address may make of gateway and of gRPC; 0 is any number. */
  readonly requestsPerSecond: number;
  /** PEM files of a public certificate for `hostUri`'s name and of its key; "" for none. */
  readonly tlsCertificate: string;
  readonly tlsKey: string;
  /** What is registered on the chain; by default the gateway's address and port. */
  readonly hostUri?: string;
  readonly routerAddress: string;
  /** 0: the port of the last start, else any free one. */
  readonly routerPort: number;
  /** Domain of generated host names. */
  readonly ingressDomain: string;
  /** Name under which tenants reach forwarded ports. */
  readonly publicHost: string;
  /** Address that forwarded TCP ports listen on. */
  readonly portAddress: string;
  readonly runtime: "docker" | "fake";
  /** As in the variable of that name; undefined for the default socket. */
  readonly dockerHost: string | undefined;
  /** Linux capabilities that every container keeps, such as CHOWN; by default none. */
  readonly containerCapabilities: readonly string[];
  readonly attributes: readonly Attribute[];
  readonly onlyOrdersWith: readonly Attribute[];
  readonly prices: Readonly<Record<string, PriceStrategy>>;
  readonly bidDeposit: { readonly denom: string; readonly amount: bigint };
  /** 0: a bid stays open as long as its order. */
  readonly bidTimeoutMs: number;
  /** 0: leases wait for their manifest for ever. */
  readonly manifestTimeoutMs: number;
  /** 0: withdraw only when the money ends. */
  readonly withdrawIntervalMs: number;
  readonly blockedHostnames: readonly string[];
  /** Assumed until the chain's own interval can be measured. */
  readonly blockIntervalMs: number;
  readonly gas?: GasPolicy;
  readonly version: string;
  readonly log: Log;
  /** Aborts a start that waits for the chain. */
  readonly stopping?: AbortSignal;
}
