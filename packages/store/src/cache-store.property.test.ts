import assert from "node:assert/strict";
import { test } from "node:test";
import { compareBytes, toHex } from "@stoa/std";
import fc from "fast-check";
import type { KeyRange } from "./backend.ts";
import { CacheStore } from "./cache-store.ts";
import type { KVReader } from "./kv.ts";
import { OrderedMap } from "./ordered-map.ts";

// Few short keys, so that layers meet on the same ones.
const keys = fc.uint8Array({ minLength: 1, maxLength: 2, max: 3 });
const values = fc.uint8Array({ maxLength: 3 });
const ranges = fc.record({
  start: fc.option(keys, { nil: undefined }),
  end: fc.option(keys, { nil: undefined }),
  reverse: fc.boolean(),
});

type Command =
  | { readonly do: "set"; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly do: "delete"; readonly key: Uint8Array }
  | { readonly do: "push" | "write" | "drop" }
  | { readonly do: "look"; readonly range: KeyRange };

const commands: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("set" as const), key: keys, value: values }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("delete" as const), key: keys }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("push" as const, "write" as const, "drop" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("look" as const), range: ranges }) },
);

type Model = Map<string, Uint8Array>;

function expected(model: Model, range: KeyRange): string[] {
  const from = range.start === undefined ? "" : toHex(range.start);
  const inside = [...model].filter(([key]) => key >= from && (range.end === undefined || key < toHex(range.end)));
  const lines = inside.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${toHex(value)}`);
  return range.reverse ? lines.reverse() : lines;
}

function actual(store: KVReader, range: KeyRange): string[] {
  return [...store.iterate(range)].map(([key, value]) => `${toHex(key)}=${toHex(value)}`);
}

class Base implements KVReader {
  readonly entries = new OrderedMap<Uint8Array>();
  get(key: Uint8Array): Uint8Array | undefined {
    return this.entries.get(key);
  }
  has(key: Uint8Array): boolean {
    return this.entries.has(key);
  }
  iterate(range: KeyRange): ReturnType<KVReader["iterate"]> {
    return this.entries.iterate(range);
  }
  set(key: Uint8Array, value: Uint8Array): void {
    this.entries.set(key, value);
  }
  delete(key: Uint8Array): void {
    this.entries.delete(key);
  }
}

test("layers over layers read, scan and write like one map", () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 60 }), (list) => {
      const base = new Base();
      const layers: CacheStore[] = [new CacheStore(base)];
      const models: Model[] = [new Map()];
      for (const command of list) {
        const layer = layers.at(-1);
        const model = models.at(-1);
        assert.ok(layer !== undefined && model !== undefined);
        switch (command.do) {
          case "set":
            layer.set(command.key, command.value);
            model.set(toHex(command.key), command.value);
            break;
          case "delete":
            layer.delete(command.key);
            model.delete(toHex(command.key));
            break;
          case "push":
            layers.push(new CacheStore(layer));
            models.push(new Map(model));
            break;
          case "write":
          case "drop": {
            if (layers.length === 1) break;
            layers.pop();
            models.pop();
            const below = layers.at(-1);
            assert.ok(below !== undefined);
            if (command.do === "drop") break;
            layer.writeTo(below);
            assert.ok(layer.isClean);
            models[models.length - 1] = model;
            break;
          }
          case "look":
            assert.deepEqual(actual(layer, command.range), expected(model, command.range));
            for (const key of [command.range.start, command.range.end]) {
              if (key === undefined) continue;
              assert.deepEqual(layer.get(key), model.get(toHex(key)));
              assert.equal(layer.has(key), model.has(toHex(key)));
            }
            break;
        }
      }
      while (layers.length > 1) layers.pop()?.writeTo(layers.at(-1) as CacheStore);
      const [bottom] = layers;
      assert.ok(bottom !== undefined);
      const changes = bottom.changes();
      for (let i = 1; i < changes.length; i++) {
        assert.ok(compareBytes(changes[i - 1]?.key as Uint8Array, changes[i]?.key as Uint8Array) < 0);
      }
      bottom.writeTo(base);
      assert.deepEqual(actual(base, {}), expected(models.at(-1) ?? new Map(), {}));
    }),
    { numRuns: 300 },
  );
});

test("an iteration does not see writes made meanwhile", () => {
  const base = new Base();
  base.set(Uint8Array.of(2), Uint8Array.of(2));
  const layer = new CacheStore(base);
  layer.set(Uint8Array.of(1), Uint8Array.of(1));
  layer.set(Uint8Array.of(3), Uint8Array.of(3));
  const seen: number[] = [];
  for (const [key] of layer.iterate({})) {
    seen.push(key[0] ?? 0);
    layer.delete(Uint8Array.of(3));
    layer.set(Uint8Array.of(4), Uint8Array.of(4));
  }
  assert.deepEqual(seen, [1, 2, 3]);
  assert.deepEqual(actual(layer, {}), ["01=01", "02=02", "04=04"]);
});

test("empty and over-long keys are refused", () => {
  const layer = new CacheStore(new Base());
  assert.throws(() => layer.set(new Uint8Array(0), Uint8Array.of(1)), /empty or too long/);
  assert.throws(() => layer.delete(new Uint8Array(65_536)), /empty or too long/);
});
