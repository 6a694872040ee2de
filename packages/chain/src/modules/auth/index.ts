import { Msg, type Params } from "@stoa/wire/cosmos.auth.v1beta1";
import type { Context } from "../../context.ts";
import { handle, type Module } from "../../module.ts";
import { ensureAccount, ensureModuleAccount, getAccount, setAccount } from "./accounts.ts";
import { ethereumKeysEnabled, ethereumKeysModule } from "./ethereum-keys.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { updateParams } from "./handlers/update-params.ts";
import { getParams } from "./params.ts";
import { queries } from "./queries.ts";
import type { Account } from "./types.ts";
import { forgetUnorderedNonces, useUnorderedNonce } from "./unordered.ts";

/** What others may do with accounts. */
export interface Auth {
  readonly module: Module;
  /** The genesis section that lets accounts have Ethereum keys. */
  readonly ethereumKeysModule: Module;
  /** True where accounts may have Ethereum keys. */
  readonly ethereumKeys: (ctx: Context) => boolean;
  readonly params: (ctx: Context) => Params;
  readonly account: (ctx: Context, address: Uint8Array) => Account | undefined;
  readonly setAccount: (ctx: Context, address: Uint8Array, account: Account) => void;
  /** Creates a plain account where there is none. */
  readonly ensureAccount: (ctx: Context, address: Uint8Array) => void;
  /** The module's account, created when it is first asked for. */
  readonly ensureModuleAccount: (ctx: Context, name: string) => Account;
  /** True if this signer has already used that time-out; otherwise it counts as used. */
  readonly useUnorderedNonce: (ctx: Context, signer: Uint8Array, timeoutNs: bigint) => boolean;
}

export function createAuth(): Auth {
  const module: Module = {
    name: "auth",
    storeName: "acc",
    messages: [handle(Msg.method.updateParams, updateParams)],
    queries,
    preBlock: forgetUnorderedNonces,
    initGenesis,
    exportGenesis,
  };
  return {
    module,
    ethereumKeysModule,
    ethereumKeys: ethereumKeysEnabled,
    params: getParams,
    account: getAccount,
    setAccount,
    ensureAccount,
    ensureModuleAccount,
    useUnorderedNonce,
  };
}
