import type { Attribute, EscrowAccountId, EscrowPaymentId, GroupId, GroupSpec, SignedAttributes } from "@stoa/market";
import type { Coin, DecCoin } from "@stoa/wire";
import type { Account, Payment } from "@stoa/wire/akash.escrow.types.v1";
import type { Context } from "../../context.ts";
import type { DepositEntry } from "../escrow/types.ts";

/** Where the money of a deposit shall come from. */
export interface DepositAsk {
  readonly signer: string;
  readonly amount: Coin;
  readonly sources: readonly number[];
  readonly scope: number;
}

/** What the market asks of escrow. */
export interface EscrowForMarket {
  readonly authorizeDeposits: (ctx: Context, ask: DepositAsk) => DepositEntry[];
  readonly createAccount: (
    ctx: Context,
    params: { id: EscrowAccountId; owner: string; deposits: readonly DepositEntry[] },
  ) => void;
  readonly closeAccount: (ctx: Context, id: EscrowAccountId) => void;
  readonly isAccountOpen: (ctx: Context, id: EscrowAccountId) => boolean;
  readonly createPayment: (ctx: Context, params: { id: EscrowPaymentId; owner: string; rate: DecCoin }) => void;
  readonly withdrawPayment: (ctx: Context, id: EscrowPaymentId) => void;
  readonly closePayment: (ctx: Context, id: EscrowPaymentId) => void;
  readonly isPaymentLive: (ctx: Context, id: EscrowPaymentId) => boolean;
  readonly account: (ctx: Context, id: EscrowAccountId) => Account | undefined;
  readonly payment: (ctx: Context, id: EscrowPaymentId) => Payment | undefined;
}

/** A group as far as leases depend on it. */
export interface LeasedGroup {
  readonly isOpen: boolean;
  readonly spec: GroupSpec;
}

/** What the market asks of others. */
export interface MarketNeeds {
  readonly escrow: EscrowForMarket;
  /** Attributes that a registered provider declares; undefined if it is not registered. */
  readonly providerAttributes: (ctx: Context, provider: string) => readonly Attribute[] | undefined;
  /** What auditors signed about a provider. */
  readonly signedAttributes: (ctx: Context, provider: string) => readonly SignedAttributes[];
  readonly group: (ctx: Context, id: GroupId) => LeasedGroup | undefined;
  /** A provider gave up its lease: the group pauses. */
  readonly pauseGroup: (ctx: Context, id: GroupId) => void;
}
