import type { Coins, DecCoins, TxTypes } from "@stoa/wire";
import type { Params } from "@stoa/wire/cosmos.auth.v1beta1";
import type { Context } from "../context.ts";
import type { Account } from "../modules/auth/types.ts";

/** What the ante chain asks of the modules, and the node's own settings. */
export interface AnteNeeds {
  readonly types: TxTypes;
  /** The types that may stand in a transaction of this chain: with Ethereum keys, where they are allowed. */
  readonly typesOf: (ctx: Context) => TxTypes;
  /** True where accounts may have Ethereum keys. */
  readonly ethereumKeys: (ctx: Context) => boolean;
  /** The node's floor, per unit of gas; any one denomination suffices. Applied in CheckTx only (base-chain.md §4.5). */
  readonly minGasPrices: DecCoins;
  readonly params: (ctx: Context) => Params;
  readonly account: (ctx: Context, address: Uint8Array) => Account | undefined;
  readonly setAccount: (ctx: Context, address: Uint8Array, account: Account) => void;
  readonly useUnorderedNonce: (ctx: Context, signer: Uint8Array, timeoutNs: bigint) => boolean;
  /** Moves a fee to the fee collector. */
  readonly collectFee: (ctx: Context, from: Uint8Array, fee: Coins) => void;
  readonly useFeeGrant: (
    ctx: Context,
    parties: { readonly granter: Uint8Array; readonly grantee: Uint8Array },
    payment: { readonly fee: Coins; readonly msgTypeUrls: readonly string[] },
  ) => void;
}
