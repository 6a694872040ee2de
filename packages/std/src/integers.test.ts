import assert from "node:assert/strict";
import { test } from "node:test";
import { ArithmeticError, ceilDiv, checkInt, floorDiv, parseDecimal, parseGoInteger } from "./integers.ts";
import { Prng } from "./prng.ts";

test("floor and ceiling division round toward their infinity", () => {
  const cases: readonly (readonly [bigint, bigint, bigint, bigint])[] = [
    [7n, 2n, 3n, 4n],
    [-7n, 2n, -4n, -3n],
    [6n, 2n, 3n, 3n],
    [-6n, 2n, -3n, -3n],
    [0n, 5n, 0n, 0n],
  ];
  for (const [numerator, denominator, floor, ceil] of cases) {
    assert.equal(floorDiv(numerator, denominator), floor);
    assert.equal(ceilDiv(numerator, denominator), ceil);
  }
});

test("plain decimals are stricter than the reference's integers", () => {
  assert.equal(parseDecimal("18446744073709551615"), 18446744073709551615n);
  assert.equal(parseDecimal("18446744073709551616"), undefined);
  for (const text of ["", "+1", "01", "0x1", "1_0", " 1", "1.0"]) assert.equal(parseDecimal(text), undefined, text);
  assert.equal(parseGoInteger("0x1_f"), 31n);
  assert.equal(parseGoInteger(`${"0".repeat(2000)}1`), undefined);
});

test("an integer beyond 256 bits is an arithmetic error", () => {
  assert.equal(checkInt((1n << 256n) - 1n), (1n << 256n) - 1n);
  assert.throws(() => checkInt(1n << 256n), ArithmeticError);
  assert.throws(() => checkInt(-(1n << 256n)), ArithmeticError);
});

test("equal seeds give equal streams, and a saved state goes on where it was", () => {
  const one = new Prng(42n);
  const two = new Prng(42n);
  assert.deepEqual(one.bytes(32), two.bytes(32));
  const saved = new Prng(0n);
  saved.state = one.state;
  assert.equal(saved.next(), one.next());
  assert.notEqual(new Prng(43n).next(), new Prng(42n).next());
});
