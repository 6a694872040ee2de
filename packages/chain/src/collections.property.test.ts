import assert from "node:assert/strict";
import { test } from "node:test";
import { compareBytes } from "@stoa/std";
import { CacheStore } from "@stoa/store";
import fc from "fast-check";
import { Index, keyValue, type StoreAccess, TypedMap } from "./collections.ts";
import { byteKey, bytesKey, textKey, tupleKey, uint32Key, uint64Key } from "./key-codec.ts";

const nothing = { get: () => undefined, has: () => false, iterate: () => [].values() };

function access(): StoreAccess {
  const store = new CacheStore(nothing);
  return { store: () => store, unmetered: () => store };
}

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.string().map((value) => value.replaceAll("\0", ""));
const key = tupleKey<readonly [string, bigint, number]>(textKey, uint64Key, uint32Key);
const keys = fc.tuple(text, uint64, fc.integer({ min: 0, max: 2 ** 32 - 1 }));

test("keys come back as they were, and numbers sort as their bytes", () => {
  fc.assert(fc.property(keys, (value) => assert.deepEqual(key.decode(key.encode(value)), value)));
  fc.assert(
    fc.property(uint64, uint64, (a, b) => {
      const order = a < b ? -1 : a > b ? 1 : 0;
      assert.equal(Math.sign(compareBytes(uint64Key.encode(a), uint64Key.encode(b))), order);
    }),
  );
  const parts = fc.tuple(fc.uint8Array({ maxLength: 40 }), text);
  const bytesThenText = tupleKey<readonly [Uint8Array, string]>(bytesKey, textKey);
  fc.assert(fc.property(parts, (value) => assert.deepEqual(bytesThenText.decode(bytesThenText.encode(value)), value)));
});

test("an index names exactly the rows that stand under its key, in order of primary keys", () => {
  const byState = new Index<number, bigint, bigint>({
    prefix: Uint8Array.of(2),
    key: byteKey,
    // Odd rows only, to see that rows can be left out.
    of: (state, row) => (row % 2n === 1n ? Number(state) : undefined),
  });
  const map = new TypedMap<bigint, bigint>({
    store: "s",
    prefix: Uint8Array.of(1),
    key: uint64Key,
    value: keyValue(uint64Key),
    indexes: [byState],
  });
  const steps = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 9n }), fc.option(fc.bigInt({ min: 0n, max: 3n }))), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(steps, (list) => {
      const ctx = access();
      const model = new Map<bigint, bigint>();
      for (const [row, state] of list) {
        if (state === null) {
          map.delete(ctx, row);
          model.delete(row);
        } else {
          map.set(ctx, row, state);
          model.set(row, state);
        }
      }
      const sorted = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(
        [...map.scan(ctx)].map((one) => [one.key, one.value]),
        sorted,
      );
      for (const state of [0, 1, 2, 3]) {
        const expected = sorted.filter(([row, value]) => row % 2n === 1n && Number(value) === state);
        const forward = [...map.scanIndex(ctx, byState, state)].map((one) => [one.key, one.value]);
        const backward = [...map.scanIndex(ctx, byState, state, { reverse: true })].map((one) => [one.key, one.value]);
        assert.deepEqual(forward, expected);
        assert.deepEqual(backward, expected.toReversed());
      }
    }),
  );
});

test("a reversed scan begins at the key that it names", () => {
  const ctx = access();
  const map = new TypedMap({ store: "s", prefix: Uint8Array.of(7), key: uint64Key, value: keyValue(uint64Key) });
  for (const row of [1n, 2n, 3n, 4n]) map.set(ctx, row, row);
  const from = uint64Key.encode(3n);
  assert.deepEqual(
    [...map.scan(ctx, { from, reverse: true })].map((one) => one.key),
    [3n, 2n, 1n],
  );
  assert.deepEqual(
    [...map.scan(ctx, { from })].map((one) => one.key),
    [3n, 4n],
  );
});
