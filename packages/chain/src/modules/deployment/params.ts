import { type Coin, coinsFromWire, formatCoin, isDenom } from "@stoa/wire";
import type { MsgUpdateParams, Params } from "@stoa/wire/akash.deployment.v1beta4";
import { requireAddress } from "../../address.ts";
import { requireAuthority } from "../../authority.ts";
import type { Context } from "../../context.ts";
import { refuse, refuseWith } from "../../errors.ts";
import { deploymentErrors } from "./errors.ts";
import { params } from "./keys.ts";

/** The credit in which deployments are priced; a minimum deposit of it must be set. */
export const creditDenom = "uact";
/** The token, refused as a first deposit (market-modules.md §4.2). */
export const tokenDenom = "uakt";

const maxMinDeposit = 2n ** 31n - 1n;

function invalid(text: string): never {
  return refuseWith(deploymentErrors.invalidParam, `${deploymentErrors.invalidParam.description}: ${text}`);
}

/** Refuses parameters that make no sense together (deployment 22). */
export function checkParams(value: Params | undefined): Params {
  const coins = value === undefined ? undefined : coinsFromWire(value.minDeposits);
  if (value === undefined || coins === undefined) return invalid("Min Deposits - not given");
  const seen = new Set<string>();
  for (const coin of coins) {
    if (!isDenom(coin.denom)) invalid(`Min Deposit (${coin.denom}) - invalid denomination`);
    if (seen.has(coin.denom)) invalid(`duplicate Min Deposit for denom (${formatCoin(coin)})`);
    seen.add(coin.denom);
    if (coin.amount < 0n) invalid(`Min Deposit (${coin.denom}) - negative`);
    if (coin.amount >= maxMinDeposit) invalid(`Min Deposit (${coin.denom}) - too large: ${coin.amount}`);
  }
  if (!seen.has(creditDenom)) invalid(`Min Deposits - ${creditDenom} not given`);
  return value;
}

export function requireParams(ctx: Context): Params {
  return params.get(ctx) ?? refuse(deploymentErrors.internal, "no parameters");
}

/** Refuses a deposit below the minimum of its denomination, or of a denomination without one (deployment 20). */
export function checkMinDeposit(value: Params, deposit: Coin): void {
  const { invalidDeposit } = deploymentErrors;
  const minimum = coinsFromWire(value.minDeposits)?.find((coin) => coin.denom === deposit.denom);
  if (minimum === undefined) {
    refuseWith(invalidDeposit, `${invalidDeposit.description}: Invalid deposit denomination ${deposit.denom}`);
  }
  if (deposit.amount < minimum.amount) {
    refuse(invalidDeposit, `Deposit too low - ${deposit.amount} < ${formatCoin(minimum)}`);
  }
}

export function checkUpdateParams(msg: MsgUpdateParams): void {
  requireAddress(msg.authority, "authority");
  checkParams(msg.params);
}

export function applyUpdateParams(ctx: Context, msg: MsgUpdateParams): Record<string, never> {
  requireAuthority(ctx, msg.authority);
  params.set(ctx, checkParams(msg.params));
  return {};
}
