import { Dec } from "@stoa/std";
import { type DecCoin, decCoinFromWire } from "@stoa/wire";
import type { GroupSpec } from "./resources.ts";

/**
 * The most that an order of this group may cost per block: the sum of unit price times count (market-modules.md
 * §3.4). Undefined if the group has no units or its prices cannot be read or differ in denomination.
 */
export function groupPrice(group: GroupSpec): DecCoin | undefined {
  let total: DecCoin | undefined;
  for (const unit of group.resources) {
    const price = unit.price === undefined ? undefined : decCoinFromWire(unit.price);
    if (price === undefined) return undefined;
    const full = price.amount.mulInt(BigInt(unit.count));
    if (total !== undefined && total.denom !== price.denom) return undefined;
    total = { denom: price.denom, amount: total === undefined ? full : total.amount.add(full) };
  }
  return total;
}

const hourMs = 3_600_000n;
// A month is a twelfth of a Gregorian year: 365.2425 days.
const monthMs = (hourMs * 24n * 3_652_425n) / (12n * 10_000n);

/** What a price per block comes to over time, in the same micro-unit. */
export interface Cost {
  readonly perBlock: Dec;
  readonly perHour: Dec;
  readonly perMonth: Dec;
}

/**
 * Cost over time of a price per block, from the measured block interval in milliseconds (above 0). Half to even.
 */
export function costOverTime(perBlock: Dec, blockIntervalMs: bigint): Cost | undefined {
  if (blockIntervalMs <= 0n) return undefined;
  const over = (spanMs: bigint): Dec => perBlock.mulInt(spanMs).quo(Dec.fromInt(blockIntervalMs));
  return { perBlock, perHour: over(hourMs), perMonth: over(monthMs) };
}

/** Whole blocks that an amount lasts at a price per block (above 0); undefined if the price is not positive. */
export function blocksAfforded(amount: Dec, perBlock: Dec): bigint | undefined {
  if (!perBlock.isPositive()) return undefined;
  return amount.isNegative() ? 0n : amount.scaled / perBlock.scaled;
}

/** Smallest integer amount that pays `spanMs` at a price per block: the deposit for that time. */
export function depositForTime(perBlock: Dec, spanMs: bigint, blockIntervalMs: bigint): bigint | undefined {
  if (blockIntervalMs <= 0n || spanMs < 0n) return undefined;
  const blocks = (spanMs + blockIntervalMs - 1n) / blockIntervalMs;
  return perBlock.mulInt(blocks).ceilInt();
}

/** The price on the wire as a coin; undefined if the amount is no integer or out of range. */
export const readDecCoin: typeof decCoinFromWire = decCoinFromWire;
