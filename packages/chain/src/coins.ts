import { type Coin, type Coins, coinsFromWire, formatCoins, validateCoins, type WireCoin } from "@stoa/wire";
import { type Coin as CoinMessage, CoinSchema } from "@stoa/wire/cosmos.base.v1beta1";
import { create } from "./codec.ts";
import { refuse, sdkErrors } from "./errors.ts";

/** The coins of a message, whatever they are; refuses with sdk 10 an amount that is no number. */
export function readCoins(wire: readonly WireCoin[]): readonly Coin[] {
  return coinsFromWire(wire) ?? refuse(sdkErrors.invalidCoins, wire.map((one) => one.amount + one.denom).join(","));
}

/** The coins of a message, which must be canonical and at least one: sdk 10 otherwise. */
export function requireCoins(wire: readonly WireCoin[]): readonly Coin[] {
  const coins = readCoins(wire);
  if (coins.length === 0 || validateCoins(coins) !== undefined) refuse(sdkErrors.invalidCoins, formatCoins(coins));
  return coins;
}

/** Coins as messages hold them. */
export function coinMessages(coins: Coins): CoinMessage[] {
  return coins.map(({ denom, amount }) => create(CoinSchema, { denom, amount: amount.toString() }));
}
