import type { RpcContext } from "../rpc/method.ts";

/** What the node's own services work with: the RPC's context, and what the node says of its settings. */
export interface ServiceContext extends RpcContext {
  /** Lowest gas prices as the reference prints them; any one of them suffices. */
  readonly minimumGasPrices: string;
  /** Older states that are kept. */
  readonly keepVersions: number;
}
