import { coinsFromWire, validateCoins } from "@stoa/wire";
import type { MsgUpdateParams, Params } from "@stoa/wire/akash.market.v1beta5";
import { requireAddress } from "../../address.ts";
import { requireAuthority } from "../../authority.ts";
import type { Context } from "../../context.ts";
import { refuse, refuseWith } from "../../errors.ts";
import { durationNs } from "../../time.ts";
import { marketErrors } from "./errors.ts";
import { params } from "./keys.ts";

/** More bids than this on one order nobody reads (market-modules.md §5.5). */
const maxOrderMaxBids = 500;

function invalid(text: string): never {
  return refuseWith(marketErrors.invalidParam, `${marketErrors.invalidParam.description}: ${text}`);
}

/** Refuses parameters that make no sense together (market 29). */
export function checkParams(value: Params | undefined): Params {
  if (value === undefined) return invalid("no parameters given");
  if (value.orderMaxBids === 0) invalid("order max bids too low");
  if (value.orderMaxBids > maxOrderMaxBids) invalid("order max bids too high");
  const deposits = coinsFromWire(value.bidMinDeposits);
  const problem = deposits === undefined ? "not an amount" : validateCoins(deposits);
  if (problem !== undefined) invalid(problem);
  const [min, max] = reclamationBounds(value);
  if (min < 0n) invalid("min reclamation window must be >= 0");
  if (max <= 0n) invalid("max reclamation window must be > 0");
  if (max <= min) invalid("max reclamation window must be > min reclamation window");
  return value;
}

/** Least and greatest reclamation window, in nanoseconds. */
export function reclamationBounds(value: Params): readonly [min: bigint, max: bigint] {
  const zero = { seconds: 0n, nanos: 0 };
  return [durationNs(value.minReclamationWindow ?? zero), durationNs(value.maxReclamationWindow ?? zero)];
}

export function requireParams(ctx: Context): Params {
  return params.get(ctx) ?? refuse(marketErrors.internal, "no parameters");
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
