import { Msg } from "@stoa/wire/cosmos.feegrant.v1beta1";
import type { Context } from "../../context.ts";
import { handle, type Module } from "../../module.ts";
import type { Payment } from "./allowance.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { nextExpiration, type Parties, pruneAllowances, prunedPerBlock, useGrantedFees } from "./grants.ts";
import { createGrantAllowance } from "./handlers/grant-allowance.ts";
import { prune } from "./handlers/prune-allowances.ts";
import { revoke } from "./handlers/revoke-allowance.ts";
import type { FeegrantNeeds } from "./needs.ts";
import { queries } from "./queries.ts";

/** What others may do with fee allowances. */
export interface Feegrant {
  readonly module: Module;
  /** Pays a fee from an allowance; refuses what it does not allow. */
  readonly use: (ctx: Context, parties: Parties, payment: Payment) => void;
}

export function createFeegrant(needs: FeegrantNeeds): Feegrant {
  const module: Module = {
    name: "feegrant",
    storeName: "feegrant",
    messages: [
      handle(Msg.method.grantAllowance, createGrantAllowance(needs)),
      handle(Msg.method.revokeAllowance, revoke),
      handle(Msg.method.pruneAllowances, prune),
    ],
    queries,
    endBlock: (ctx) => pruneAllowances(ctx, prunedPerBlock),
    dueTime: nextExpiration,
    initGenesis,
    exportGenesis,
  };
  return { module, use: useGrantedFees };
}
