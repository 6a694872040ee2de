import type { Coins } from "@stoa/wire";
import type { DepositAuthorization } from "@stoa/wire/akash.escrow.v1";
import type { Context } from "../../context.ts";
import type { EscrowAccount, EscrowPayment } from "./types.ts";

/** A deposit grant that somebody holds. */
export interface DepositGrant {
  readonly granter: string;
  readonly authorization: DepositAuthorization;
}

/** What escrow asks of others. */
export interface EscrowNeeds {
  /** Moves coins between accounts; bech32 addresses. */
  readonly send: (ctx: Context, from: string, to: string, coins: Coins) => void;
  /** Moves coins of a module account, which send-disabled denominations do not stop. */
  readonly spendable: (ctx: Context, address: string, denom: string) => bigint;
  /** Bech32 address of the module account `escrow`. */
  readonly moduleAddress: (ctx: Context) => string;
  /** Live deposit grants of a grantee, in order of granters. */
  readonly depositGrants: (ctx: Context, grantee: string) => Iterable<DepositGrant>;
  readonly depositGrant: (ctx: Context, granter: string, grantee: string) => DepositAuthorization | undefined;
  /** Replaces a live grant's authorization; its expiration stays. */
  readonly saveDepositGrant: (ctx: Context, granter: string, grantee: string, next: DepositAuthorization) => void;
  /** After an account was saved closed or overdrawn: market and deployment follow (market-modules.md §6.10). */
  readonly accountClosed: (ctx: Context, account: EscrowAccount) => void;
  /** After a payment was saved closed or overdrawn. */
  readonly paymentClosed: (ctx: Context, payment: EscrowPayment) => void;
}
