import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Dec } from "./dec.ts";

const scaled = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });

test("text and wire forms round-trip", () => {
  fc.assert(
    fc.property(scaled, (value) => {
      const dec = Dec.fromScaled(value);
      assert.ok(Dec.parse(dec.toString())?.equals(dec));
      assert.ok(Dec.fromWire(dec.toWire())?.equals(dec));
    }),
  );
});

test("a rounded product lies between its truncation and its round-up", () => {
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      const [x, y] = [Dec.fromScaled(a), Dec.fromScaled(b)];
      const exact = a * b;
      const scale = 10n ** 18n;
      assert.ok(x.mulRoundUp(y).scaled * scale >= exact);
      const difference = x.mul(y).scaled * scale - exact;
      assert.ok(2n * (difference < 0n ? -difference : difference) <= scale);
      assert.ok(x.mulTruncate(y).abs().lte(x.mul(y).abs()));
    }),
  );
});
