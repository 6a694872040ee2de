import { formatEscrowAccountId } from "@stoa/market";
import type { GenesisState } from "@stoa/wire/akash.escrow.v1";
import type { Context } from "../../context.ts";
import { GenesisError } from "../../genesis-json.ts";
import { accountKey, accounts, paymentKey, payments } from "./keys.ts";
import { accountFromWire, accountToWire, paymentFromWire, paymentToWire } from "./records.ts";
import { escrowStates } from "./types.ts";

/**
 * Reads accounts and payments as they stand: nobody is told of closed ones, whose consequences the other modules'
 * sections hold already (E-15). Open payments have earned nothing since their account was settled.
 */
export function initEscrow(ctx: Context, section: GenesisState): void {
  for (const wire of section.accounts) {
    const account = accountFromWire(wire);
    const key = accountKey(account.id);
    if (accounts.has(ctx, key)) throw new GenesisError(`escrow: two accounts ${key}`);
    accounts.set(ctx, key, account);
  }
  for (const wire of section.payments) {
    const aid = wire.id?.aid;
    const account = aid === undefined ? undefined : accounts.get(ctx, formatEscrowAccountId(aid));
    if (account === undefined) throw new GenesisError(`escrow: a payment without its account: ${aid?.xid ?? ""}`);
    const payment = paymentFromWire(wire, account.settledAt);
    if (payment.state !== escrowStates.closed && payment.state !== account.state) {
      throw new GenesisError(`escrow: payment ${paymentKey(payment.id)} lives on an account in another state`);
    }
    payments.set(ctx, paymentKey(payment.id), payment);
  }
}

/** Payments are exported settled up to their account's height, which is what an import takes them for. */
export function exportEscrow(ctx: Context) {
  return {
    accounts: [...accounts.scan(ctx)].map((row) => accountToWire(row.value)),
    payments: [...payments.scan(ctx)].map((row) => paymentToWire(row.value)),
  };
}
