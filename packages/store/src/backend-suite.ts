import { assert, compareBytes, equalBytes, Prng, toHex, utf8 } from "@stoa/std";
import type { Backend, BatchOperation, KeyRange } from "./backend.ts";

/** One thing that every {@link Backend} must do, tried on an empty one. Throws when it does not. */
export interface BackendCase {
  readonly name: string;
  run(backend: Backend): Promise<void>;
}

function put(key: string, value: string): BatchOperation {
  return { type: "put", key: utf8(key), value: utf8(value) };
}

function del(key: string): BatchOperation {
  return { type: "del", key: utf8(key) };
}

async function keysOf(backend: Backend, range: KeyRange): Promise<string> {
  const keys: string[] = [];
  for await (const [key] of backend.iterate(range)) keys.push(String.fromCharCode(...key));
  return keys.join(" ");
}

function expectText(actual: string, expected: string): void {
  assert(actual === expected, `expected "${expected}", got "${actual}"`);
}

function expectValue(backend: Backend, key: string, expected: string | undefined): void {
  const value = backend.get(utf8(key));
  const text = value === undefined ? "absent" : `"${String.fromCharCode(...value)}"`;
  expectText(text, expected === undefined ? "absent" : `"${expected}"`);
}

const pointCases: readonly BackendCase[] = [
  {
    name: "reads what was written, and nothing else",
    async run(backend) {
      await backend.write([put("a", "1"), put("b", "")]);
      expectValue(backend, "a", "1");
      expectValue(backend, "b", "");
      expectValue(backend, "c", undefined);
      expectValue(backend, "", undefined);
    },
  },
  {
    name: "overwrites and deletes; deleting what is absent is no error",
    async run(backend) {
      await backend.write([put("a", "1"), put("b", "2")]);
      await backend.write([put("a", "3"), del("b"), del("none")]);
      expectValue(backend, "a", "3");
      expectValue(backend, "b", undefined);
    },
  },
  {
    name: "the last operation on a key within a batch wins",
    async run(backend) {
      await backend.write([put("a", "1"), put("a", "2"), put("b", "1"), del("b"), del("c"), put("c", "1")]);
      expectValue(backend, "a", "2");
      expectValue(backend, "b", undefined);
      expectValue(backend, "c", "1");
    },
  },
  {
    name: "an empty batch is no error",
    async run(backend) {
      await backend.write([]);
      expectText(await keysOf(backend, {}), "");
    },
  },
  {
    name: "what it hands out and what it was handed are copies",
    async run(backend) {
      const value = utf8("1");
      await backend.write([{ type: "put", key: utf8("a"), value }]);
      value.fill(0);
      backend.get(utf8("a"))?.fill(0);
      expectValue(backend, "a", "1");
    },
  },
];

const scanCases: readonly BackendCase[] = [
  {
    name: "scans a range in byte order, both ways, the end excluded",
    async run(backend) {
      await backend.write(["d", "b", "a", "c", "bb"].map((key) => put(key, key)));
      const range = { start: utf8("b"), end: utf8("d") };
      expectText(await keysOf(backend, {}), "a b bb c d");
      expectText(await keysOf(backend, { reverse: true }), "d c bb b a");
      expectText(await keysOf(backend, range), "b bb c");
      expectText(await keysOf(backend, { ...range, reverse: true }), "c bb b");
      expectText(await keysOf(backend, { start: utf8("bc") }), "c d");
      expectText(await keysOf(backend, { end: utf8("b"), reverse: true }), "a");
      expectText(await keysOf(backend, { start: utf8("c"), end: utf8("c") }), "");
      expectText(await keysOf(backend, { start: utf8("d"), end: utf8("a") }), "");
    },
  },
  {
    name: "a scan shows the state at the moment of the call",
    async run(backend) {
      await backend.write([put("a", "1"), put("c", "1")]);
      const scan = backend.iterate({});
      await backend.write([put("b", "1"), del("c")]);
      const keys: string[] = [];
      for await (const [key] of scan) keys.push(toHex(key));
      expectText(keys.join(" "), "61 63");
    },
  },
  {
    name: "a scan may be left early",
    async run(backend) {
      await backend.write(["a", "b", "c"].map((key) => put(key, key)));
      for await (const [key] of backend.iterate({})) {
        expectText(toHex(key), "61");
        break;
      }
      expectText(await keysOf(backend, {}), "a b c");
    },
  },
  {
    name: "binary keys sort by byte, unsigned, shorter first; many keys come back whole",
    async run(backend) {
      const random = new Prng(7n);
      const entries = new Map<string, readonly [Uint8Array, Uint8Array]>();
      for (let i = 0; i < 3000; i++) {
        const key = random.bytes(1 + random.below(6));
        entries.set(toHex(key), [key, random.bytes(random.below(40))]);
      }
      const expected = [...entries.values()].sort(([a], [b]) => compareBytes(a, b));
      await backend.write(expected.toReversed().map(([key, value]) => ({ type: "put", key, value })));
      let at = 0;
      for await (const [key, value] of backend.iterate({})) {
        const [wantedKey, wantedValue] = expected[at++] ?? [];
        assert(wantedKey !== undefined && equalBytes(key, wantedKey), `entry ${at} has another key`);
        assert(wantedValue !== undefined && equalBytes(value, wantedValue), `entry ${at} has another value`);
      }
      expectText(String(at), String(expected.length));
    },
  },
];

/** The suite that every backend passes: run each case on a fresh, empty one. */
export const backendSuite: readonly BackendCase[] = [...pointCases, ...scanCases];
