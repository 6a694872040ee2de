import { checkInt, compareText, Dec, err, ok, parseGoInteger, type Result } from "@stoa/std";

/** An amount of one denomination, in its smallest unit. */
export interface Coin {
  readonly denom: string;
  readonly amount: bigint;
}

/** A coin as protobuf messages carry it: the amount as decimal text. */
export interface WireCoin {
  readonly denom: string;
  readonly amount: string;
}

/** Coins in canonical form: sorted by denom, unique, strictly positive (base-chain.md §8.0). */
export type Coins = readonly Coin[];

/** What a denomination may look like: 3 to 128 characters (base-chain.md §8.0). */
export const denomPattern = /^[a-zA-Z][a-zA-Z0-9/:._-]{2,127}$/;

/** More coins than any list that people write; keeps parsing linear in a bounded input. */
export const maxCoinsText = 65536;

export function isDenom(denom: string): boolean {
  return denomPattern.test(denom) && !denom.endsWith("\n");
}

export function coin(amount: bigint, denom: string): Coin {
  return { denom, amount };
}

/** A wire coin's value. Undefined when the amount is no integer within ±2^256; the denom is not judged. */
export function coinFromWire(wire: WireCoin): Coin | undefined {
  const amount = parseGoInteger(wire.amount);
  return amount === undefined ? undefined : { denom: wire.denom, amount };
}

/** Values of wire coins in their order, or undefined when one has no amount. */
export function coinsFromWire(wire: readonly WireCoin[]): Coin[] | undefined {
  const coins: Coin[] = [];
  for (const one of wire) {
    const value = coinFromWire(one);
    if (value === undefined) return undefined;
    coins.push(value);
  }
  return coins;
}

/** The form for `create(CoinSchema, …)`. */
export function coinToWire(value: Coin): WireCoin {
  return { denom: value.denom, amount: value.amount.toString() };
}

export function coinsToWire(coins: Coins): WireCoin[] {
  return coins.map(coinToWire);
}

export function formatCoin(value: Coin): string {
  return `${value.amount}${value.denom}`;
}

/** `5uact,10uakt`; the empty text for no coins. */
export function formatCoins(coins: Coins): string {
  return coins.map(formatCoin).join(",");
}

/** Amount and denom texts of a coin expression such as `1.5 uakt`; the amount is decimal text. */
export function splitCoinText(text: string): { readonly amount: Dec; readonly denom: string } | string {
  const trimmed = text.trim();
  const match = /^([0-9]+(?:\.[0-9]+)?|\.[0-9]+)[ \t\n\v\f\r]*([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(trimmed);
  if (match === null) return `invalid decimal coin expression: ${trimmed}`;
  const amount = Dec.parse(match[1] as string);
  if (amount === undefined) return `failed to parse decimal coin amount: ${match[1]}`;
  return { amount, denom: match[2] as string };
}

/** One coin of text such as `10uakt`. A fraction is cut off, as the reference does. */
export function parseCoin(text: string): Result<Coin, string> {
  const parts = splitCoinText(text);
  return typeof parts === "string" ? err(parts) : ok({ denom: parts.denom, amount: parts.amount.truncateInt() });
}

/** Splits a list of coin texts, drops zeros, sorts and refuses duplicates: what both kinds of coins share. */
export function splitCoinsText(text: string): Result<{ readonly amount: Dec; readonly denom: string }[], string> {
  if (text.length > maxCoinsText) return err("the list of coins is too long");
  if (text.trim() === "") return ok([]);
  const values: { readonly amount: Dec; readonly denom: string }[] = [];
  for (const piece of text.split(",")) {
    const parts = splitCoinText(piece);
    if (typeof parts === "string") return err(parts);
    if (!parts.amount.isZero()) values.push(parts);
  }
  values.sort(byDenom);
  for (let i = 1; i < values.length; i++) {
    const denom = values[i]?.denom;
    if (denom === values[i - 1]?.denom) return err(`duplicate denomination ${denom}`);
  }
  return ok(values);
}

/** Comma-separated coins, sorted; zero amounts are dropped, fractions cut off, duplicates refused. */
export function parseCoins(text: string): Result<Coin[], string> {
  const values = splitCoinsText(text);
  if (!values.ok) return values;
  return ok(values.value.map(({ denom, amount }) => ({ denom, amount: amount.truncateInt() })));
}

export function byDenom(a: { readonly denom: string }, b: { readonly denom: string }): number {
  return compareText(a.denom, b.denom);
}

/** One coin's problem: a bad denom or a negative amount. */
export function validateCoin(value: Coin): string | undefined {
  if (!isDenom(value.denom)) return `invalid denom: ${value.denom}`;
  return value.amount < 0n ? `negative coin amount: ${value.amount}` : undefined;
}

/** The first reason, in the reference's words, why the list is not canonical; undefined when it is. */
export function listProblem<T extends { readonly denom: string }>(
  coins: readonly T[],
  isPositive: (value: T) => boolean,
  format: (value: T) => string,
): string | undefined {
  let last: string | undefined;
  for (const value of coins) {
    const { denom } = value;
    if (!isDenom(denom)) return `invalid denom: ${denom}`;
    if (last !== undefined && compareText(denom, last) < 0) return `denomination ${denom} is not sorted`;
    if (denom === last) return `duplicate denomination ${denom}`;
    if (!isPositive(value)) return `coin ${last === undefined ? format(value) : denom} amount is not positive`;
    last = denom;
  }
  return undefined;
}

/** Why the list is not in canonical form, in the reference's words; undefined when it is. The empty list is canonical. */
export function validateCoins(coins: Coins): string | undefined {
  return listProblem(coins, (value) => value.amount > 0n, formatCoin);
}

export function amountOf(coins: Coins, denom: string): bigint {
  for (const value of coins) if (value.denom === denom) return value.amount;
  return 0n;
}

function combine(a: Coins, b: Coins, sign: bigint): Coin[] {
  const totals = new Map<string, bigint>();
  for (const value of a) totals.set(value.denom, checkInt((totals.get(value.denom) ?? 0n) + value.amount));
  for (const value of b) totals.set(value.denom, checkInt((totals.get(value.denom) ?? 0n) + sign * value.amount));
  return sortedCoins([...totals].map(([denom, amount]) => ({ denom, amount })));
}

/** The coins sorted by denom, zero amounts dropped. */
export function sortedCoins(coins: Coins): Coin[] {
  return coins.filter((value) => value.amount !== 0n).sort(byDenom);
}

/** Sum. Throws ArithmeticError beyond ±2^256. */
export function addCoins(a: Coins, b: Coins): Coin[] {
  return combine(a, b, 1n);
}

/** Difference that may hold negative amounts. */
export function diffCoins(a: Coins, b: Coins): Coin[] {
  return combine(a, b, -1n);
}

/** Difference, or undefined when an amount would be negative. */
export function subCoins(a: Coins, b: Coins): Coin[] | undefined {
  const difference = diffCoins(a, b);
  return difference.some((value) => value.amount < 0n) ? undefined : difference;
}

export function equalCoins(a: Coins, b: Coins): boolean {
  return a.length === b.length && a.every((value, i) => value.denom === b[i]?.denom && value.amount === b[i]?.amount);
}

/** True if every denom of `a` is in `b`. */
export function denomsSubsetOf(a: Coins, b: Coins): boolean {
  return a.every((value) => b.some((other) => other.denom === value.denom));
}

/** True if `a` holds at least `b` in each denom of `b`. */
export function isAllGte(a: Coins, b: Coins): boolean {
  return b.every((value) => amountOf(a, value.denom) >= value.amount);
}

/** True if `a` is not empty and holds more than `b` in each denom of `b`. */
export function isAllGt(a: Coins, b: Coins): boolean {
  return a.length > 0 && b.every((value) => amountOf(a, value.denom) > value.amount);
}

/** True if `a` holds at least `b` in some denom that `b` has. */
export function isAnyGte(a: Coins, b: Coins): boolean {
  return a.some((value) => {
    const other = amountOf(b, value.denom);
    return other !== 0n && value.amount >= other;
  });
}

/** The larger amount of each denom; a missing one counts as zero. */
export function maxCoins(a: Coins, b: Coins): Coin[] {
  const denoms = new Set([...a, ...b].map((value) => value.denom));
  return sortedCoins(
    [...denoms].map((denom) => {
      const [left, right] = [amountOf(a, denom), amountOf(b, denom)];
      return { denom, amount: left > right ? left : right };
    }),
  );
}

/** The smaller amount of each denom; a missing one counts as zero. */
export function minCoins(a: Coins, b: Coins): Coin[] {
  return sortedCoins(
    a.map(({ denom, amount }) => {
      const other = amountOf(b, denom);
      return { denom, amount: amount < other ? amount : other };
    }),
  );
}
