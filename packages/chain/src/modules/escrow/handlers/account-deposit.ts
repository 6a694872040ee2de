import { canonicalAddress, validateDeposit, validateEscrowAccountId } from "@stoa/market";
import { type Coin, coinFromWire, isDenom } from "@stoa/wire";
import type { MsgAccountDeposit } from "@stoa/wire/akash.escrow.v1";
import type { Context } from "../../../context.ts";
import { type RegisteredError, refuse, refuseUnregistered } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { authorizeDeposits } from "../deposits.ts";
import { escrowErrors } from "../errors.ts";
import { depositTo } from "../ledger.ts";
import type { EscrowNeeds } from "../needs.ts";

const noAccount = { scope: 0, xid: "" } as const;

function readCoin(msg: MsgAccountDeposit): Coin {
  const coin = msg.deposit?.amount === undefined ? undefined : coinFromWire(msg.deposit.amount);
  if (coin === undefined || !isDenom(coin.denom) || coin.amount === 0n) refuse(escrowErrors.invalidDeposit);
  return coin;
}

/** Stateless checks (market-modules.md §6.2). */
export function checkAccountDeposit(msg: MsgAccountDeposit): void {
  const signer = canonicalAddress(msg.signer);
  if (!signer.ok) refuseUnregistered(signer.error);
  refuseIf(validateEscrowAccountId(msg.id ?? noAccount));
  // The reference notices a negative amount only when it runs the message, fee and sequence spent; so do we.
  const { amount, denom } = readCoin(msg);
  const size = (amount < 0n ? -amount : amount).toString();
  refuseIf(validateDeposit({ amount: { denom, amount: size }, sources: msg.deposit?.sources ?? [] }));
}

/** Anybody may top up any account that is not closed; refunds go to whoever paid. */
export function applyAccountDeposit(
  ctx: Context,
  needs: EscrowNeeds,
  shortfall: RegisteredError,
  msg: MsgAccountDeposit,
): Record<string, never> {
  const id = msg.id ?? noAccount;
  const amount = readCoin(msg);
  if (amount.amount < 0n) refuse(escrowErrors.invalidDeposit);
  const deposits = authorizeDeposits(ctx, needs, {
    signer: msg.signer,
    amount,
    sources: msg.deposit?.sources ?? [],
    // A grant's scopes have the numbers of the accounts' scopes.
    scope: id.scope,
    shortfall,
  });
  depositTo(ctx, needs, { scope: id.scope, xid: id.xid }, deposits);
  return {};
}
