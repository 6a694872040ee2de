import { Dec } from "@stoa/std";
import { addCoins, type Coin } from "@stoa/wire";
import type { Context } from "../../context.ts";
import { type RegisteredError, refuseWith } from "../../errors.ts";
import { spendAuthorization, spendLimits, withLimits } from "./authorization.ts";
import type { EscrowNeeds } from "./needs.ts";
import { zeroCoin } from "./records.ts";
import { addTo } from "./settlement.ts";
import { type DepositEntry, depositSources, type EscrowAccount } from "./types.ts";

/** Who wants to deposit what, from which sources, for what kind of account. */
export interface DepositRequest {
  readonly signer: string;
  readonly amount: Coin;
  readonly sources: readonly number[];
  /** `depositScopes`: what a grant must allow. */
  readonly scope: number;
  /** What a shortfall is refused with: market 28, whichever message asks (market-modules.md §6.4). */
  readonly shortfall: RegisteredError;
}

/**
 * Finds the money of a deposit in order of its sources; grants are spent at once, balances when the entries are
 * taken in. Refuses when the sources together do not hold enough.
 */
export function authorizeDeposits(ctx: Context, needs: EscrowNeeds, request: DepositRequest): DepositEntry[] {
  const { signer, amount } = request;
  const { denom } = amount;
  const entries: DepositEntry[] = [];
  let remainder = amount.amount;
  const take = (owner: string, source: number, units: bigint): void => {
    const balance = { denom, amount: Dec.fromInt(units) };
    entries.push({ owner, height: ctx.block.height, source, balance });
    remainder -= units;
  };
  for (const source of request.sources) {
    if (remainder === 0n) break;
    if (source === depositSources.balance) {
      const held = needs.spendable(ctx, signer, denom);
      if (held > 0n) take(signer, source, held < remainder ? held : remainder);
      continue;
    }
    for (const { granter, authorization } of [...needs.depositGrants(ctx, signer)]) {
      if (remainder === 0n) break;
      const use = spendAuthorization(authorization, request.scope, { denom, amount: remainder }, true);
      if (use === undefined) continue;
      // An exhausted grant stays: a refund may fill it again.
      needs.saveDepositGrant(ctx, granter, signer, use.next);
      take(granter, source, use.spent);
    }
  }
  if (remainder > 0n) refuseWith(request.shortfall, `${request.shortfall.description}: insufficient balance`);
  return entries;
}

/** Takes deposits into an account: coins move to the module account, funds and entries grow. */
export function takeIn(
  ctx: Context,
  needs: EscrowNeeds,
  account: EscrowAccount,
  entries: readonly DepositEntry[],
): EscrowAccount {
  let { funds, transferred } = account;
  for (const { owner, balance } of entries) {
    const { denom, amount } = balance;
    const units = amount.truncateInt();
    funds = addTo(funds, denom, Dec.zero);
    transferred = addTo(transferred, denom, Dec.zero);
    // A debt is reckoned anew by the settlement that follows, so its negative funds end here.
    funds = funds.map((coin) => (coin.denom === denom && coin.amount.isNegative() ? zeroCoin(denom) : coin));
    needs.send(ctx, owner, needs.moduleAddress(ctx), [{ denom, amount: units }]);
    funds = addTo(funds, denom, amount);
  }
  return { ...account, funds, transferred, deposits: [...account.deposits, ...entries] };
}

/** Returns what is left of each deposit to whoever made it; a grant that still lives gets its limit back. */
export function refund(ctx: Context, needs: EscrowNeeds, account: EscrowAccount): EscrowAccount {
  let { funds } = account;
  for (const { owner, source, balance } of account.deposits) {
    if (!balance.amount.isPositive()) continue;
    const coin = { denom: balance.denom, amount: balance.amount.truncateInt() };
    needs.send(ctx, needs.moduleAddress(ctx), owner, [coin]);
    if (source === depositSources.grant) {
      const authorization = needs.depositGrant(ctx, owner, account.owner);
      if (authorization !== undefined) {
        const limits = addCoins(spendLimits(authorization), [coin]);
        needs.saveDepositGrant(ctx, owner, account.owner, withLimits(authorization, limits));
      }
    }
    funds = addTo(funds, balance.denom, balance.amount.neg());
  }
  return { ...account, funds, deposits: [] };
}
