import { canonicalAddress, validateDeposit, validateEscrowAccountId } from "@stoa/market";
import { type Coin, coinFromWire, validateCoin } from "@stoa/wire";
import type { MsgAccountDeposit } from "@stoa/wire/akash.escrow.v1";
import type { Context } from "../../../context.ts";
import { type RegisteredError, refuse, refuseUnregistered } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { authorizeDeposits } from "../deposits.ts";
import { escrowErrors } from "../errors.ts";
import { depositTo } from "../ledger.ts";
import type { EscrowNeeds } from "../needs.ts";

const noAccount = { scope: 0, xid: "" } as const;

function requireCoin(msg: MsgAccountDeposit): Coin {
  const coin = msg.deposit?.amount === undefined ? undefined : coinFromWire(msg.deposit.amount);
  if (coin === undefined || validateCoin(coin) !== undefined || coin.amount === 0n) refuse(escrowErrors.invalidDeposit);
  return coin;
}

/** Stateless checks (market-modules.md §6.2). */
export function checkAccountDeposit(msg: MsgAccountDeposit): void {
  const signer = canonicalAddress(msg.signer);
  if (!signer.ok) refuseUnregistered(signer.error);
  refuseIf(validateEscrowAccountId(msg.id ?? noAccount));
  requireCoin(msg);
  refuseIf(validateDeposit(msg.deposit ?? { sources: [] }));
}

/** Anybody may top up any account that is not closed; refunds go to whoever paid. */
export function applyAccountDeposit(
  ctx: Context,
  needs: EscrowNeeds,
  shortfall: RegisteredError,
  msg: MsgAccountDeposit,
): Record<string, never> {
  const id = msg.id ?? noAccount;
  const deposits = authorizeDeposits(ctx, needs, {
    signer: msg.signer,
    amount: requireCoin(msg),
    sources: msg.deposit?.sources ?? [],
    // A grant's scopes have the numbers of the accounts' scopes.
    scope: id.scope,
    shortfall,
  });
  depositTo(ctx, needs, { scope: id.scope, xid: id.xid }, deposits);
  return {};
}
