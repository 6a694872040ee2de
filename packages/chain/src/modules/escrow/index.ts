import type { EscrowAccountId, EscrowPaymentId } from "@stoa/market";
import type { DecCoin } from "@stoa/wire";
import { GenesisStateSchema, Msg, Query } from "@stoa/wire/akash.escrow.v1";
import type { Context } from "../../context.ts";
import type { RegisteredError } from "../../errors.ts";
import { fromGenesis, toGenesis } from "../../genesis-json.ts";
import { answer, handle, type Module } from "../../module.ts";
import { authorizeDeposits, type DepositRequest } from "./deposits.ts";
import { exportEscrow, initEscrow } from "./genesis.ts";
import { applyAccountDeposit, checkAccountDeposit } from "./handlers/account-deposit.ts";
import { accountsConsistent } from "./invariants.ts";
import { accountKey, accounts, paymentKey, payments } from "./keys.ts";
import { closeAccount, closePayment, createAccount, createPayment, withdrawPayment } from "./ledger.ts";
import type { EscrowNeeds } from "./needs.ts";
import { queryAccounts, queryPayments } from "./queries.ts";
import { accountToWire, paymentToWire } from "./records.ts";
import { type DepositEntry, escrowStates } from "./types.ts";

export { checkAuthorization, spendAuthorization } from "./authorization.ts";
export { escrowErrors } from "./errors.ts";
export type { DepositGrant, EscrowNeeds } from "./needs.ts";

/**
 * The escrow module and what others may ask of it.
 *
 * @param shortfall what a deposit without enough money is refused with; the reference uses the market's code 28
 */
export function createEscrow(needs: EscrowNeeds, shortfall: RegisteredError) {
  const module: Module = {
    name: "escrow",
    storeName: "escrow",
    messages: [
      handle(Msg.method.accountDeposit, {
        check: checkAccountDeposit,
        apply: (ctx, msg) => applyAccountDeposit(ctx, needs, shortfall, msg),
      }),
    ],
    queries: [answer(Query.method.accounts, queryAccounts), answer(Query.method.payments, queryPayments)],
    initGenesis: (ctx, section) => initEscrow(ctx, fromGenesis(GenesisStateSchema, section)),
    exportGenesis: (ctx) => toGenesis(GenesisStateSchema, exportEscrow(ctx)),
    invariants: [accountsConsistent],
  };
  return {
    module,
    authorizeDeposits: (ctx: Context, request: Omit<DepositRequest, "shortfall">): DepositEntry[] =>
      authorizeDeposits(ctx, needs, { ...request, shortfall }),
    createAccount: (
      ctx: Context,
      params: { id: EscrowAccountId; owner: string; deposits: readonly DepositEntry[] },
    ): void => createAccount(ctx, needs, params),
    closeAccount: (ctx: Context, id: EscrowAccountId): void => closeAccount(ctx, needs, id),
    createPayment: (ctx: Context, params: { id: EscrowPaymentId; owner: string; rate: DecCoin }): void =>
      createPayment(ctx, needs, params),
    withdrawPayment: (ctx: Context, id: EscrowPaymentId): void => withdrawPayment(ctx, needs, id),
    closePayment: (ctx: Context, id: EscrowPaymentId): void => closePayment(ctx, needs, id),
    isAccountOpen: (ctx: Context, id: EscrowAccountId): boolean =>
      accounts.get(ctx, accountKey(id))?.state === escrowStates.open,
    isPaymentLive(ctx: Context, id: EscrowPaymentId): boolean {
      const payment = payments.get(ctx, paymentKey(id));
      return payment !== undefined && payment.state !== escrowStates.closed;
    },
    /** The account in its wire form, for queries of other modules. */
    account(ctx: Context, id: EscrowAccountId) {
      const account = accounts.get(ctx, accountKey(id));
      return account === undefined ? undefined : accountToWire(account);
    },
    /** The payment in its wire form, for queries of other modules. */
    payment(ctx: Context, id: EscrowPaymentId) {
      const payment = payments.get(ctx, paymentKey(id));
      return payment === undefined ? undefined : paymentToWire(payment);
    },
  };
}
