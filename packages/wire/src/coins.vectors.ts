import { Dec, fromHex, fromUtf8, toHex } from "@stoa/std";
import type { VectorFamily } from "@stoa/test";
import { ResourceValueSchema } from "../gen/akash.base.resources.v1beta4.js";
import { decode, encode } from "./codec.ts";
import {
  addCoins,
  type Coin,
  coinToWire,
  denomsSubsetOf,
  diffCoins,
  equalCoins,
  formatCoin,
  formatCoins,
  isAllGt,
  isAllGte,
  isAnyGte,
  isDenom,
  maxCoins,
  minCoins,
  parseCoin,
  parseCoins,
  subCoins,
  validateCoins,
} from "./coins.ts";
import {
  decCoinsOf,
  formatDecCoin,
  formatDecCoins,
  intersectDecCoins,
  mulDecCoins,
  mulDecCoinsTruncate,
  parseDecCoin,
  parseDecCoins,
  quoDecCoins,
  quoDecCoinsTruncate,
  truncateDecCoins,
  validateDecCoins,
} from "./dec-coins.ts";
import { checkSections, type VectorCase, type VectorCheck } from "./vector-check.ts";

const pairs = (value: unknown): Coin[] =>
  (value as readonly (readonly [string, string])[]).map(([denom, amount]) => ({ denom, amount: BigInt(amount) }));

function checkParse(check: VectorCheck, one: VectorCase): void {
  const text = one.text as string;
  const string = parseAs(one.as as string, text);
  check.same("string", one.error === null ? one.string : undefined, string);
}

function parseAs(as: string, text: string): string | undefined {
  switch (as) {
    case "coin": {
      const parsed = parseCoin(text);
      return parsed.ok ? formatCoin(parsed.value) : undefined;
    }
    case "coins": {
      const parsed = parseCoins(text);
      return parsed.ok ? formatCoins(parsed.value) : undefined;
    }
    case "decCoin": {
      const parsed = parseDecCoin(text);
      return parsed.ok ? formatDecCoin(parsed.value) : undefined;
    }
    default: {
      const parsed = parseDecCoins(text);
      return parsed.ok ? formatDecCoins(parsed.value) : undefined;
    }
  }
}

function checkValidate(check: VectorCheck, one: VectorCase): void {
  const coins = pairs(one.coins);
  check.same("error", one.error, validateCoins(coins) ?? null);
  check.same("decError", one.decError, validateDecCoins(decCoinsOf(coins)) ?? null);
  check.same("string", one.string, formatCoins(coins));
  const json = coins.map(coinToWire).map(({ denom, amount }) => (denom === "" ? { amount } : { denom, amount }));
  check.same("json", one.json, json);
}

function checkArithmetic(check: VectorCheck, one: VectorCase): void {
  const [a, b] = [pairs(one.a), pairs(one.b)];
  const difference = diffCoins(a, b);
  const sub = subCoins(a, b);
  check.same("add", one.add, formatCoins(addCoins(a, b)));
  check.same("sub", one.sub, sub === undefined ? null : formatCoins(sub));
  check.same("safeSub", one.safeSub, formatCoins(difference));
  check.same("anyNegative", one.anyNegative, sub === undefined);
  check.same("isAllGTE", one.isAllGTE, isAllGte(a, b));
  check.same("isAllGT", one.isAllGT, isAllGt(a, b));
  check.same("isAnyGTE", one.isAnyGTE, isAnyGte(a, b));
  check.same("isAllLTE", one.isAllLTE, isAllGte(b, a));
  check.same("equal", one.equal, equalCoins(a, b));
  check.same("denomsSubsetOf", one.denomsSubsetOf, denomsSubsetOf(a, b));
  check.same("max", one.max, formatCoins(maxCoins(a, b)));
  check.same("min", one.min, formatCoins(minCoins(a, b)));
  const factor = Dec.of(one.factor as string);
  const product = mulDecCoins(decCoinsOf(a), factor);
  check.same("decMul", one.decMul, formatDecCoins(product));
  check.same("decMulTruncate", one.decMulTruncate, formatDecCoins(mulDecCoinsTruncate(decCoinsOf(a), factor)));
  check.same("decQuo", one.decQuo, formatDecCoins(quoDecCoins(decCoinsOf(a), factor)));
  check.same("decQuoTruncate", one.decQuoTruncate, formatDecCoins(quoDecCoinsTruncate(decCoinsOf(a), factor)));
  const { coins, change } = truncateDecCoins(product);
  check.same("truncated", one.truncated, formatCoins(coins));
  check.same("change", one.change, formatDecCoins(change));
  check.same("intersect", one.intersect, formatDecCoins(intersectDecCoins(decCoinsOf(a), decCoinsOf(b))));
}

/** The one message among the wire forms of numbers; the texts themselves are std's. */
function checkResourceValue(check: VectorCheck, one: VectorCase): void {
  if (one.as !== "ResourceValue") return;
  const bytes = fromHex(one.hex as string) as Uint8Array;
  const message = decode(ResourceValueSchema, bytes);
  check.same("value", one.value, fromUtf8(message.val));
  check.same("hex", one.hex, toHex(encode(ResourceValueSchema, message)));
}

/** Coins and decimal coins of `lib/math.json`; the number parts are std's. */
export const coinVectors: VectorFamily = {
  file: "lib/math.json",
  check: (text) =>
    checkSections(text, {
      wire: checkResourceValue,
      coinParse: checkParse,
      coinValidate: checkValidate,
      coinArithmetic: checkArithmetic,
      denoms: (check, one) => check.same("error", one.error === null, isDenom(one.denom as string)),
    }),
};
