import type { EscrowAccountId, GroupId } from "@stoa/market";
import type { Coin } from "@stoa/wire";
import type { DeploymentReclamation } from "@stoa/wire/akash.deployment.v1";
import type { GroupSpec } from "@stoa/wire/akash.deployment.v1beta4";
import type { Account } from "@stoa/wire/akash.escrow.types.v1";
import type { Context } from "../../context.ts";
import type { DepositEntry } from "../escrow/types.ts";

/** What deployments ask of others. */
export interface DeploymentNeeds {
  readonly authorizeDeposits: (
    ctx: Context,
    ask: {
      readonly signer: string;
      readonly amount: Coin;
      readonly sources: readonly number[];
      readonly scope: number;
    },
  ) => DepositEntry[];
  readonly createAccount: (
    ctx: Context,
    params: { id: EscrowAccountId; owner: string; deposits: readonly DepositEntry[] },
  ) => void;
  readonly closeAccount: (ctx: Context, id: EscrowAccountId) => void;
  readonly account: (ctx: Context, id: EscrowAccountId) => Account | undefined;
  readonly createOrder: (
    ctx: Context,
    group: GroupId,
    parts: { readonly spec: GroupSpec; readonly reclamation: DeploymentReclamation | undefined },
  ) => void;
  /** A group closed or paused, or its money ended (`dry`): orders, bids and leases follow. */
  readonly groupClosed: (ctx: Context, group: GroupId, dry: boolean) => void;
  /** Least and greatest reclamation window, in nanoseconds. */
  readonly reclamationBounds: (ctx: Context) => readonly [min: bigint, max: bigint];
}
