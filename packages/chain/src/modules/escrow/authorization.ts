import { assert } from "@stoa/std";
import {
  addCoins,
  amountOf,
  type Coin,
  type Coins,
  coinFromWire,
  coinsFromWire,
  coinsToWire,
  subCoins,
  validateCoin,
  validateCoins,
} from "@stoa/wire";
import { type DepositAuthorization, DepositAuthorizationSchema } from "@stoa/wire/akash.escrow.v1";
import { create } from "../../codec.ts";
import { refuse, sdkErrors } from "../../errors.ts";
import { escrowErrors } from "./errors.ts";

/** Numbers of `akash.escrow.v1.DepositAuthorization.Scope`. */
export const depositScopes = { deployment: 1, bid: 2 } as const;

// The deprecated single limit must be present and zero; the reference writes it in its base denomination.
const noLimit = { denom: "uakt", amount: "0" } as const;

/** Limits that are left, the deprecated single one folded in (market-modules.md §6.3). */
export function spendLimits(authorization: DepositAuthorization): Coins {
  const limits = coinsFromWire(authorization.spendLimits);
  const legacy = authorization.spendLimit === undefined ? [] : coinsFromWire([authorization.spendLimit]);
  assert(limits !== undefined && legacy !== undefined, "a stored deposit authorization holds no amounts");
  return addCoins(
    limits,
    legacy.filter((coin) => coin.amount > 0n),
  );
}

/** The same authorization with other limits. */
export function withLimits(authorization: DepositAuthorization, limits: Coins): DepositAuthorization {
  return create(DepositAuthorizationSchema, {
    scopes: authorization.scopes,
    spendLimit: noLimit,
    spendLimits: coinsToWire(limits),
  });
}

/** What a use of a deposit authorization takes and leaves. */
export interface DepositUse {
  readonly spent: bigint;
  readonly next: DepositAuthorization;
}

/**
 * Spends from an authorization. Undefined: the scope or the denomination is not granted. `partial` spends what is
 * left when that is less than asked; else too small a limit is refused.
 */
export function spendAuthorization(
  authorization: DepositAuthorization,
  scope: number,
  wanted: Coin,
  partial: boolean,
): DepositUse | undefined {
  if (!authorization.scopes.some((granted) => granted === scope)) return undefined;
  const limits = spendLimits(authorization);
  const limit = amountOf(limits, wanted.denom);
  if (limit === 0n) return undefined;
  if (limit < wanted.amount && !partial) refuse(sdkErrors.insufficientFunds);
  const spent = limit < wanted.amount ? limit : wanted.amount;
  const left = subCoins(limits, [{ denom: wanted.denom, amount: spent }]);
  assert(left !== undefined, "a deposit authorization is overspent");
  return { spent, next: withLimits(authorization, left) };
}

/** The stateless checks of a grant (market-modules.md §6.3). */
export function checkAuthorization(authorization: DepositAuthorization): void {
  const { scopes, spendLimit } = authorization;
  if (scopes.length === 0) refuse(escrowErrors.invalidAuthzScope, "empty scope");
  const seen = new Set<number>();
  for (const scope of scopes) {
    if (scope !== depositScopes.deployment && scope !== depositScopes.bid) {
      refuse(escrowErrors.invalidAuthzScope, `invalid scope "${scope}"`);
    }
    if (seen.has(scope)) refuse(escrowErrors.invalidAuthzScope, `duplicate scope "${scope}"`);
    seen.add(scope);
  }
  if (spendLimit !== undefined && spendLimit.amount !== "") {
    const limit = coinFromWire(spendLimit);
    if (limit === undefined || validateCoin(limit) !== undefined) {
      refuse(sdkErrors.invalidCoins, "spend limit is not valid");
    }
    if (limit.amount !== 0n) refuse(sdkErrors.invalidCoins, "spend limit is deprecated and must be zero");
  }
  const limits = coinsFromWire(authorization.spendLimits);
  if (limits === undefined || validateCoins(limits) !== undefined) {
    refuse(sdkErrors.invalidCoins, "spend limits are not valid");
  }
}
