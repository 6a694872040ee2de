import { accountText, type Coins, moduleAddress } from "@stoa/wire";
import { Msg } from "@stoa/wire/cosmos.bank.v1beta1";
import type { Context } from "../../context.ts";
import { refuse, sdkErrors } from "../../errors.ts";
import { handle, type Module } from "../../module.ts";
import { balanceOf, burnCoins, isBlocked, mintCoins, sendCoins } from "./coins.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { createMultiSend } from "./handlers/multi-send.ts";
import { createSend } from "./handlers/send.ts";
import { setSendEnabled } from "./handlers/set-send-enabled.ts";
import { updateParams } from "./handlers/update-params.ts";
import { supplyHolds } from "./invariants.ts";
import type { BankNeeds } from "./needs.ts";
import { queries } from "./queries.ts";

/** What others may do with coins. Addresses are bytes; coins are canonical. */
export interface Bank {
  readonly module: Module;
  readonly balance: (ctx: Context, address: Uint8Array, denom: string) => bigint;
  /** What an account may spend now; equal to its balance until accounts can be locked. */
  readonly spendable: (ctx: Context, address: Uint8Array, denom: string) => bigint;
  /** Moves coins; refuses with sdk 5 what the sender does not hold. */
  readonly send: (ctx: Context, from: Uint8Array, to: Uint8Array, coins: Coins) => void;
  /** Moves coins into a module's account, which is created when it is first used. */
  readonly sendToModule: (ctx: Context, from: Uint8Array, moduleName: string, coins: Coins) => void;
  /** Moves coins out of a module's account; sdk 4 for a receiver that may not receive. */
  readonly sendFromModule: (ctx: Context, moduleName: string, to: Uint8Array, coins: Coins) => void;
  readonly mint: (ctx: Context, moduleName: string, coins: Coins) => void;
  readonly burn: (ctx: Context, moduleName: string, coins: Coins) => void;
  readonly isBlocked: (ctx: Context, address: Uint8Array) => boolean;
}

export function createBank(needs: BankNeeds): Bank {
  const module: Module = {
    name: "bank",
    storeName: "bank",
    messages: [
      handle(Msg.method.send, createSend(needs)),
      handle(Msg.method.multiSend, createMultiSend(needs)),
      handle(Msg.method.updateParams, updateParams),
      handle(Msg.method.setSendEnabled, setSendEnabled),
    ],
    queries,
    initGenesis,
    exportGenesis,
    invariants: [supplyHolds],
  };
  const send: Bank["send"] = (ctx, from, to, coins) => sendCoins(needs, ctx, from, to, coins);
  return {
    module,
    balance: balanceOf,
    spendable: balanceOf,
    send,
    sendToModule(ctx, from, moduleName, coins) {
      needs.ensureModuleAccount(ctx, moduleName);
      send(ctx, from, moduleAddress(moduleName, ctx.crypto.hash), coins);
    },
    sendFromModule(ctx, moduleName, to, coins) {
      if (isBlocked(ctx, to)) refuse(sdkErrors.unauthorized, `${accountText(to)} is not allowed to receive funds`);
      send(ctx, moduleAddress(moduleName, ctx.crypto.hash), to, coins);
    },
    mint: (ctx, moduleName, coins) => mintCoins(needs, ctx, moduleName, coins),
    burn: (ctx, moduleName, coins) => burnCoins(needs, ctx, moduleName, coins),
    isBlocked,
  };
}
