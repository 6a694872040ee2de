import { Dec, err, ok, type Result } from "@stoa/std";
import { byDenom, type Coin, type Coins, listProblem, splitCoinsText, splitCoinText, type WireCoin } from "./coins.ts";

/** A decimal amount of one denomination. */
export interface DecCoin {
  readonly denom: string;
  readonly amount: Dec;
}

/** Decimal coins in canonical form: sorted by denom, unique, strictly positive. */
export type DecCoins = readonly DecCoin[];

/** A wire coin's value: on the wire the amount is the scaled integer's text (market-modules.md §2.2). */
export function decCoinFromWire(wire: WireCoin): DecCoin | undefined {
  const amount = Dec.fromWire(wire.amount);
  return amount === undefined ? undefined : { denom: wire.denom, amount };
}

/** The form for `create(DecCoinSchema, …)`. */
export function decCoinToWire(value: DecCoin): WireCoin {
  return { denom: value.denom, amount: value.amount.toWire() };
}

export function formatDecCoin(value: DecCoin): string {
  return `${value.amount.toString()}${value.denom}`;
}

export function formatDecCoins(coins: DecCoins): string {
  return coins.map(formatDecCoin).join(",");
}

/** One decimal coin of text such as `1.5uakt`. */
export function parseDecCoin(text: string): Result<DecCoin, string> {
  const parts = splitCoinText(text);
  return typeof parts === "string" ? err(parts) : ok({ denom: parts.denom, amount: parts.amount });
}

/** Comma-separated decimal coins, sorted; zero amounts are dropped, duplicates refused. */
export function parseDecCoins(text: string): Result<DecCoin[], string> {
  return splitCoinsText(text);
}

/** Why the list is not in canonical form, in the reference's words; undefined when it is. */
export function validateDecCoins(coins: DecCoins): string | undefined {
  return listProblem(coins, (value) => value.amount.isPositive(), formatDecCoin);
}

export function decCoinsOf(coins: Coins): DecCoin[] {
  return coins.map(({ denom, amount }) => ({ denom, amount: Dec.fromInt(amount) }));
}

export function decAmountOf(coins: DecCoins, denom: string): Dec {
  for (const value of coins) if (value.denom === denom) return value.amount;
  return Dec.zero;
}

function sortedDecCoins(coins: DecCoins): DecCoin[] {
  return coins.filter((value) => !value.amount.isZero()).sort(byDenom);
}

export function addDecCoins(a: DecCoins, b: DecCoins): DecCoin[] {
  const totals = new Map<string, Dec>();
  for (const { denom, amount } of [...a, ...b]) totals.set(denom, (totals.get(denom) ?? Dec.zero).add(amount));
  return sortedDecCoins([...totals].map(([denom, amount]) => ({ denom, amount })));
}

/** Difference, or undefined when an amount would be negative. */
export function subDecCoins(a: DecCoins, b: DecCoins): DecCoin[] | undefined {
  const difference = addDecCoins(
    a,
    b.map(({ denom, amount }) => ({ denom, amount: amount.neg() })),
  );
  return difference.some((value) => value.amount.isNegative()) ? undefined : difference;
}

function scaled(coins: DecCoins, scale: (amount: Dec) => Dec): DecCoin[] {
  return sortedDecCoins(coins.map(({ denom, amount }) => ({ denom, amount: scale(amount) })));
}

/** Each amount times the factor, half to even; zeros dropped. */
export function mulDecCoins(coins: DecCoins, factor: Dec): DecCoin[] {
  return scaled(coins, (amount) => amount.mul(factor));
}

/** Each amount times the factor, toward zero; zeros dropped. */
export function mulDecCoinsTruncate(coins: DecCoins, factor: Dec): DecCoin[] {
  return scaled(coins, (amount) => amount.mulTruncate(factor));
}

/** Each amount over the divisor, half to even; zeros dropped. */
export function quoDecCoins(coins: DecCoins, divisor: Dec): DecCoin[] {
  return scaled(coins, (amount) => amount.quo(divisor));
}

/** Each amount over the divisor, toward zero; zeros dropped. */
export function quoDecCoinsTruncate(coins: DecCoins, divisor: Dec): DecCoin[] {
  return scaled(coins, (amount) => amount.quoTruncate(divisor));
}

/** Whole coins and what is left over; nothing is lost. */
export function truncateDecCoins(coins: DecCoins): { readonly coins: Coin[]; readonly change: DecCoin[] } {
  const whole: Coin[] = [];
  const change: DecCoin[] = [];
  for (const { denom, amount } of coins) {
    const truncated = amount.truncateInt();
    if (truncated !== 0n) whole.push({ denom, amount: truncated });
    const rest = amount.sub(Dec.fromInt(truncated));
    if (!rest.isZero()) change.push({ denom, amount: rest });
  }
  return { coins: whole.sort(byDenom), change: change.sort(byDenom) };
}

/** The smaller amount of each denom that both hold. */
export function intersectDecCoins(a: DecCoins, b: DecCoins): DecCoin[] {
  return sortedDecCoins(
    a.map(({ denom, amount }) => {
      const other = decAmountOf(b, denom);
      return { denom, amount: amount.lt(other) ? amount : other };
    }),
  );
}
