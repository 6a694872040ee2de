import type { Clock, Hash, Log, Timers } from "@stoa/std";
import type { Engine } from "../../engines/engine.ts";
import type { Genesis } from "../../home/genesis.ts";
import type { JsonValue } from "./json-rpc.ts";
import { RpcError } from "./json-rpc.ts";
import type { ParamList, ParamValues } from "./rpc-params.ts";

/** What the node says of itself (base-chain.md §0). */
export interface NodeIdentity {
  readonly nodeId: string;
  readonly moniker: string;
  readonly listenAddress: string;
  /** Version of the product, as the `akash` method answers it. */
  readonly appVersion: string;
}

/** What methods work with. */
export interface RpcContext {
  readonly engine: Engine;
  readonly genesis: Genesis;
  readonly identity: NodeIdentity;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Where the RPC listens, once it does. */
  rpcAddress(): string;
}

/** When an answer does not change, as the reference marks its methods. */
export type Cacheable = "always" | "height" | "never";

/** One JSON-RPC method, with its parameters as clients name them. */
export interface RpcMethod {
  readonly params: ParamList;
  /** Whether proxies may keep an answer: always, when a height is given, or never. */
  readonly cacheable: Cacheable;
  call(context: RpcContext, values: ParamValues<ParamList>): Promise<JsonValue>;
}

/** Ties a handler to the types of its parameters. */
export function method<P extends ParamList>(
  params: P,
  call: (context: RpcContext, values: ParamValues<P>) => Promise<JsonValue>,
  options: { readonly cacheable?: Cacheable } = {},
): RpcMethod {
  // The reader makes the values from this very list, so they have its types.
  const erased = call as unknown as RpcMethod["call"];
  return { params, cacheable: options.cacheable ?? "never", call: erased };
}

/** The height that was asked for, or the tip; with the reference's refusals (base-chain.md §5.3). */
export async function heightOf(context: RpcContext, asked: bigint | undefined, beyondTip = 0n): Promise<bigint> {
  const { lowest, highest: tip } = await context.engine.heights();
  const highest = tip + beyondTip;
  if (asked === undefined) return highest;
  if (asked <= 0n) throw RpcError.internal(`height must be greater than 0, but got ${asked}`);
  if (asked > highest) {
    throw RpcError.internal(`height ${asked} must be less than or equal to the current blockchain height ${highest}`);
  }
  if (asked < lowest) throw RpcError.internal(`height ${asked} is not available, lowest height is ${lowest}`);
  return asked;
}

/** A page of a list: which entries, by the reference's defaults and bounds (30 a page, 100 at most). */
export function pageOf(
  total: number,
  page: bigint | undefined,
  perPage: bigint | undefined,
): { readonly start: number; readonly end: number } {
  const size = perPage === undefined || perPage < 1n ? 30 : perPage > 100n ? 100 : Number(perPage);
  const pages = Math.max(1, Math.ceil(total / size));
  const wanted = page ?? 1n;
  if (wanted <= 0n || wanted > BigInt(pages)) {
    throw RpcError.internal(`page should be within [1, ${pages}] range, given ${wanted}`);
  }
  const start = (Number(wanted) - 1) * size;
  return { start, end: Math.min(total, start + size) };
}
