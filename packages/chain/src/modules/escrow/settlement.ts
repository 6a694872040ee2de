import { assert, Dec } from "@stoa/std";
import type { DecCoin } from "@stoa/wire";
import { type DepositEntry, type EscrowAccount, type EscrowPayment, escrowStates } from "./types.ts";

/** What a settlement makes of an account and its payments. Pure: nothing is stored here. */
export interface Settlement {
  readonly account: EscrowAccount;
  /** All payments that took part, in order of id; those that are open or were overdrawn. */
  readonly payments: readonly EscrowPayment[];
  /** True if a payment was not covered. */
  readonly overdrawn: boolean;
}

/**
 * What a payment is owed since it was last settled: ⌊rate × blocks⌋ over its whole life less what was counted
 * before, so no number of settlements loses a fraction (economics.md §2.5; E-5). Nothing before its start: an imported
 * state may name blocks that its new chain has not reached.
 */
export function dueAt(payment: EscrowPayment, height: bigint): bigint {
  if (height <= payment.startedAt) return 0n;
  const earned = payment.rate.amount.mulInt(height - payment.startedAt).truncateInt();
  return earned - payment.accrued;
}

/**
 * Shares of a sum that does not cover all dues: pro rata by due, rounded down, and the remaining units one each in
 * order (economics.md §2.5). The shares add up to the sum; none exceeds its due.
 */
export function apportion(dues: readonly bigint[], sum: bigint): bigint[] {
  const total = dues.reduce((a, b) => a + b, 0n);
  if (total <= sum) return [...dues];
  const shares = dues.map((due) => (due * sum) / total);
  let left = sum - shares.reduce((a, b) => a + b, 0n);
  for (const [i, due] of dues.entries()) {
    if (left === 0n) break;
    if ((shares[i] as bigint) === due) continue;
    shares[i] = (shares[i] as bigint) + 1n;
    left -= 1n;
  }
  return shares;
}

/** Adds to the entry of a denomination, which is appended when it is missing. */
export function addTo(coins: readonly DecCoin[], denom: string, amount: Dec): DecCoin[] {
  if (!coins.some((coin) => coin.denom === denom)) return [...coins, { denom, amount }];
  return coins.map((coin) => (coin.denom === denom ? { denom, amount: coin.amount.add(amount) } : coin));
}

/** Unspent deposits of a denomination. */
function available(deposits: readonly DepositEntry[], denom: string): Dec {
  let sum = Dec.zero;
  for (const { balance } of deposits) if (balance.denom === denom) sum = sum.add(balance.amount);
  return sum;
}

/** Funds with the amount of one denomination replaced. */
function withFunds(funds: readonly DecCoin[], denom: string, amount: Dec): DecCoin[] {
  return addTo(
    funds.map((coin) => (coin.denom === denom ? { denom, amount: Dec.zero } : coin)),
    denom,
    amount,
  );
}

/** Takes an amount out of the deposits, oldest first; emptied entries go. */
function consume(deposits: readonly DepositEntry[], denom: string, amount: bigint): DepositEntry[] {
  let left = Dec.fromInt(amount);
  const kept: DepositEntry[] = [];
  for (const entry of deposits) {
    if (entry.balance.denom !== denom) {
      kept.push(entry);
      continue;
    }
    const taken = entry.balance.amount.lt(left) ? entry.balance.amount : left;
    left = left.sub(taken);
    const rest = entry.balance.amount.sub(taken);
    if (rest.isPositive()) kept.push({ ...entry, balance: { denom, amount: rest } });
  }
  assert(left.isZero(), "a settlement spends more than was deposited");
  return kept;
}

/** Pays the dues of one denomination; `dues` and `payments` run in step. */
function payDenom(
  account: EscrowAccount,
  denom: string,
  payments: readonly EscrowPayment[],
  dues: readonly bigint[],
): { readonly account: EscrowAccount; readonly payments: EscrowPayment[]; readonly short: boolean } {
  const total = dues.reduce((a, b) => a + b, 0n);
  const held = available(account.deposits, denom);
  const whole = held.truncateInt();
  const paid = total < whole ? total : whole;
  const shares = apportion(dues, paid);
  return {
    account: {
      ...account,
      deposits: consume(account.deposits, denom, paid),
      transferred: paid > 0n ? addTo(account.transferred, denom, Dec.fromInt(paid)) : account.transferred,
      // What is held less what is owed: a debt that waited is counted once, whatever was deposited meanwhile.
      funds: total > 0n ? withFunds(account.funds, denom, held.sub(Dec.fromInt(total))) : account.funds,
    },
    payments: payments.map((payment, i) => {
      const share = shares[i] as bigint;
      const lack = (dues[i] as bigint) - share;
      return { ...payment, balance: payment.balance.add(Dec.fromInt(share)), unsettled: Dec.fromInt(lack) };
    }),
    short: paid < total,
  };
}

/**
 * Settles an account up to a height. Open accounts pay what their open payments have earned; overdrawn ones pay
 * debts alone, and time stands still for them. A shortfall makes the account and all its payments overdrawn.
 *
 * @param payments the account's payments that are open or overdrawn, in order of id
 */
export function settle(account: EscrowAccount, payments: readonly EscrowPayment[], height: bigint): Settlement {
  assert(account.state !== escrowStates.closed, "a closed account is settled");
  const inDebt = account.state === escrowStates.overdrawn;
  const dues = payments.map((payment) => (inDebt ? payment.unsettled.truncateInt() : dueAt(payment, height)));
  let next: EscrowAccount = inDebt ? account : { ...account, settledAt: height };
  let overdrawn = false;
  const settled = payments.map((payment, i) =>
    inDebt ? payment : { ...payment, accrued: payment.accrued + (dues[i] as bigint) },
  );
  const denoms = [...new Set(payments.map((payment) => payment.rate.denom))];
  for (const denom of denoms) {
    const places = settled.flatMap((payment, i) => (payment.rate.denom === denom ? [i] : []));
    const outcome = payDenom(
      next,
      denom,
      places.map((i) => settled[i] as EscrowPayment),
      places.map((i) => dues[i] as bigint),
    );
    next = outcome.account;
    overdrawn ||= outcome.short;
    for (const [j, i] of places.entries()) settled[i] = outcome.payments[j] as EscrowPayment;
  }
  if (!overdrawn) {
    // Debts that are covered leave nothing to wait for: the caller closes these payments with the account.
    return { account: next, payments: settled.map((p) => ({ ...p, state: escrowStates.open })), overdrawn };
  }
  return {
    account: { ...next, state: escrowStates.overdrawn },
    payments: settled.map((p) => ({ ...p, state: escrowStates.overdrawn })),
    overdrawn,
  };
}
