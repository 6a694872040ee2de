import type { EscrowAccountId, EscrowPaymentId } from "@stoa/market";
import { Dec, utf8 } from "@stoa/std";
import type { DecCoin } from "@stoa/wire";
import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { refund, takeIn } from "./deposits.ts";
import { escrowErrors } from "./errors.ts";
import { accountKey, accounts, paymentKey, payments } from "./keys.ts";
import type { EscrowNeeds } from "./needs.ts";
import { type Settlement, settle } from "./settlement.ts";
import { type DepositEntry, type EscrowAccount, type EscrowPayment, escrowStates } from "./types.ts";

/** Opens an account with its first deposits. */
export function createAccount(
  ctx: Context,
  needs: EscrowNeeds,
  params: { readonly id: EscrowAccountId; readonly owner: string; readonly deposits: readonly DepositEntry[] },
): void {
  const key = accountKey(params.id);
  if (accounts.has(ctx, key)) refuse(escrowErrors.accountExists);
  const empty: EscrowAccount = {
    id: params.id,
    owner: params.owner,
    state: escrowStates.open,
    transferred: [],
    settledAt: ctx.block.height,
    funds: [],
    deposits: [],
  };
  accounts.set(ctx, key, takeIn(ctx, needs, empty, params.deposits));
}

function requireAccount(ctx: Context, id: EscrowAccountId): EscrowAccount {
  return accounts.get(ctx, accountKey(id)) ?? refuse(escrowErrors.accountNotFound);
}

function requirePayment(ctx: Context, id: EscrowPaymentId): EscrowPayment {
  return payments.get(ctx, paymentKey(id)) ?? refuse(escrowErrors.paymentNotFound);
}

/** The account's payments that are not closed, in order of id. */
export function livePayments(ctx: Context, id: EscrowAccountId): EscrowPayment[] {
  const rows = payments.scan(ctx, { under: utf8(`${accountKey(id)}/`) });
  return [...rows].map((row) => row.value).filter((payment) => payment.state !== escrowStates.closed);
}

/** Pays out what a payment has earned and holds. */
function payOut(ctx: Context, needs: EscrowNeeds, payment: EscrowPayment): EscrowPayment {
  const amount = payment.balance.truncateInt();
  if (amount === 0n) return payment;
  needs.send(ctx, needs.moduleAddress(ctx), payment.owner, [{ denom: payment.rate.denom, amount }]);
  return {
    ...payment,
    withdrawn: payment.withdrawn + amount,
    balance: payment.balance.sub(Dec.fromInt(amount)),
  };
}

function closed(payment: EscrowPayment): EscrowPayment {
  return payment.state === escrowStates.open ? { ...payment, state: escrowStates.closed } : payment;
}

/**
 * Stores what an operation made of an account and its payments, refunds the account if it ended, and tells the
 * market. Payments are stored before anybody is told: whoever looks sees one consistent account (E-1, E-2).
 */
function save(ctx: Context, needs: EscrowNeeds, account: EscrowAccount, changed: readonly EscrowPayment[]): void {
  for (const payment of changed) payments.set(ctx, paymentKey(payment.id), payment);
  const ended = account.state !== escrowStates.open;
  const final = ended ? refund(ctx, needs, account) : account;
  accounts.set(ctx, accountKey(account.id), final);
  if (ended) needs.accountClosed(ctx, final);
  for (const payment of changed) if (payment.state !== escrowStates.open) needs.paymentClosed(ctx, payment);
}

/** Settles; if that overdraws the account, everybody is paid what there is. */
function settleAndPay(ctx: Context, needs: EscrowNeeds, account: EscrowAccount): Settlement {
  const outcome = settle(account, livePayments(ctx, account.id), ctx.block.height);
  if (!outcome.overdrawn) return outcome;
  return { ...outcome, payments: outcome.payments.map((payment) => payOut(ctx, needs, payment)) };
}

/** Adds deposits. On an overdrawn account they pay its debts first; if they cover all, it closes (S7, S8). */
export function depositTo(
  ctx: Context,
  needs: EscrowNeeds,
  id: EscrowAccountId,
  deposits: readonly DepositEntry[],
): void {
  const account = requireAccount(ctx, id);
  if (account.state === escrowStates.closed) refuse(escrowErrors.accountClosed);
  const funded = takeIn(ctx, needs, account, deposits);
  if (funded.state === escrowStates.open) {
    accounts.set(ctx, accountKey(id), funded);
    return;
  }
  const outcome = settleAndPay(ctx, needs, funded);
  const paid = outcome.payments.map((payment) => payOut(ctx, needs, closed(payment)));
  const state = outcome.overdrawn ? escrowStates.overdrawn : escrowStates.closed;
  save(ctx, needs, { ...outcome.account, state }, paid);
}

/** Closes an account: its payments are paid and closed, what is left is refunded. An account in debt stays in debt. */
export function closeAccount(ctx: Context, needs: EscrowNeeds, id: EscrowAccountId): void {
  const account = requireAccount(ctx, id);
  if (account.state === escrowStates.closed) refuse(escrowErrors.accountClosed);
  if (account.state === escrowStates.overdrawn) return;
  const outcome = settleAndPay(ctx, needs, account);
  const paid = outcome.payments.map((payment) => payOut(ctx, needs, closed(payment)));
  const state = outcome.overdrawn ? escrowStates.overdrawn : escrowStates.closed;
  save(ctx, needs, { ...outcome.account, state }, paid);
}

/** Starts a payment at a rate per block. Its account must be solvent and hold the rate's denomination. */
export function createPayment(
  ctx: Context,
  needs: EscrowNeeds,
  params: { readonly id: EscrowPaymentId; readonly owner: string; readonly rate: DecCoin },
): void {
  const { id, rate } = params;
  const account = requireAccount(ctx, id.aid);
  if (account.state === escrowStates.closed) refuse(escrowErrors.accountClosed);
  if (account.state === escrowStates.overdrawn) refuse(escrowErrors.accountOverdrawn);
  const outcome = settle(account, livePayments(ctx, id.aid), ctx.block.height);
  if (outcome.overdrawn) refuse(escrowErrors.accountOverdrawn);
  if (!account.funds.some((coin) => coin.denom === rate.denom)) refuse(escrowErrors.invalidDenomination);
  if (rate.amount.isZero()) refuse(escrowErrors.paymentRateZero);
  if (payments.has(ctx, paymentKey(id))) refuse(escrowErrors.paymentExists);
  save(ctx, needs, outcome.account, outcome.payments);
  payments.set(ctx, paymentKey(id), {
    id,
    owner: params.owner,
    state: escrowStates.open,
    rate,
    balance: Dec.zero,
    unsettled: Dec.zero,
    withdrawn: 0n,
    startedAt: ctx.block.height,
    accrued: 0n,
  });
}

/** Settles and pays out one payment. On an account that has run dry this ends everything, and succeeds. */
export function withdrawPayment(ctx: Context, needs: EscrowNeeds, id: EscrowPaymentId): void {
  const account = requireAccount(ctx, id.aid);
  const payment = requirePayment(ctx, id);
  if (payment.state !== escrowStates.open) refuse(escrowErrors.paymentClosed);
  const outcome = settleAndPay(ctx, needs, account);
  const key = paymentKey(id);
  const paid = outcome.payments.map((other) => (paymentKey(other.id) === key ? payOut(ctx, needs, other) : other));
  save(ctx, needs, outcome.account, paid);
}

/** Ends one payment; the account goes on. Closing one that is in debt changes nothing. */
export function closePayment(ctx: Context, needs: EscrowNeeds, id: EscrowPaymentId): void {
  const account = requireAccount(ctx, id.aid);
  const payment = requirePayment(ctx, id);
  if (payment.state === escrowStates.closed) refuse(escrowErrors.paymentClosed);
  if (account.state !== escrowStates.open) return;
  const outcome = settleAndPay(ctx, needs, account);
  const key = paymentKey(id);
  const paid = outcome.payments.map((other) =>
    paymentKey(other.id) === key ? payOut(ctx, needs, closed(other)) : other,
  );
  save(ctx, needs, outcome.account, paid);
}
