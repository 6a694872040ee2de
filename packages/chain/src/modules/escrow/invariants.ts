import { Dec } from "@stoa/std";
import type { Context } from "../../context.ts";
import type { Invariant } from "../../module.ts";
import type { StateChange } from "../../state.ts";
import { accounts } from "./keys.ts";
import { livePayments } from "./ledger.ts";
import { accountValue } from "./records.ts";
import { type EscrowAccount, escrowStates } from "./types.ts";

function sum(parts: readonly { readonly denom: string; readonly amount: Dec }[], denom: string): Dec {
  let total = Dec.zero;
  for (const part of parts) if (part.denom === denom) total = total.add(part.amount);
  return total;
}

/**
 * What must hold of one account: funds are what its deposits still hold, or the negative of what its payments lack;
 * a closed account has no deposits and no live payment (economics.md §3).
 */
export function accountProblem(ctx: Context, account: EscrowAccount): string | undefined {
  const live = livePayments(ctx, account.id);
  if (account.state === escrowStates.closed && (live.length > 0 || account.deposits.length > 0)) {
    return "is closed, yet holds deposits or live payments";
  }
  for (const { denom, amount } of account.funds) {
    const deposits = sum(
      account.deposits.map((entry) => entry.balance),
      denom,
    );
    const owed = sum(
      live.map((payment) => ({ denom: payment.rate.denom, amount: payment.unsettled })),
      denom,
    );
    const expected = account.state === escrowStates.overdrawn ? deposits.sub(owed) : deposits;
    if (!amount.equals(expected)) return `holds ${amount} ${denom}, its deposits and debts say ${expected}`;
  }
  return undefined;
}

/** Every account that a block touched is consistent with its own deposits and payments. */
export const accountsConsistent: Invariant = {
  name: "accounts-consistent",
  store: "escrow",
  broken(changes: readonly StateChange[], ctx) {
    for (const { key, after } of changes) {
      if (after === undefined || key[0] !== accounts.prefix[0] || key[1] !== accounts.prefix[1]) continue;
      const account = accountValue.decode(after);
      const problem = accountProblem(ctx, account);
      if (problem !== undefined) return `escrow account ${account.id.xid} ${problem}`;
    }
    return undefined;
  },
};
