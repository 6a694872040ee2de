import assert from "node:assert/strict";
import { test } from "node:test";
import { Dec } from "@stoa/std";
import fc from "fast-check";
import {
  addCoins,
  type Coin,
  diffCoins,
  formatCoins,
  parseCoins,
  sortedCoins,
  subCoins,
  validateCoins,
} from "./coins.ts";
import { addDecCoins, decCoinsOf, mulDecCoins, truncateDecCoins } from "./dec-coins.ts";

const coins: fc.Arbitrary<Coin[]> = fc
  .uniqueArray(
    fc.record({
      denom: fc.constantFrom("uakt", "uact", "ibc/AB", "zzz", "Abc"),
      amount: fc.bigInt({ min: 1n, max: 10n ** 30n }),
    }),
    { selector: (coin) => coin.denom },
  )
  .map((list) => sortedCoins(list.map(({ denom, amount }) => ({ denom, amount }))));

test("sums are canonical and differences take them back", () => {
  fc.assert(
    fc.property(coins, coins, (a, b) => {
      const sum = addCoins(a, b);
      assert.equal(validateCoins(sum), undefined);
      assert.deepEqual(subCoins(sum, b), a);
      assert.deepEqual(diffCoins(a, b), diffCoins(sum, addCoins(b, b)));
    }),
  );
});

test("text round-trips", () => {
  fc.assert(
    fc.property(coins, (a) => {
      assert.deepEqual(parseCoins(formatCoins(a)), { ok: true, value: a });
    }),
  );
});

test("truncation loses nothing", () => {
  fc.assert(
    fc.property(coins, fc.bigInt({ min: 1n, max: 10n ** 20n }), (a, factor) => {
      const product = mulDecCoins(decCoinsOf(a), Dec.fromScaled(factor));
      const { coins: whole, change } = truncateDecCoins(product);
      assert.deepEqual(addDecCoins(decCoinsOf(whole), change), product);
    }),
  );
});
