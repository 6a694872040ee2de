import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import fc from "fast-check";
import { CacheStore, type Change } from "./cache-store.ts";
import type { IavlTree } from "./iavl-tree.ts";
import type { KVReader } from "./kv.ts";
import { MemoryBackend } from "./memory-backend.ts";
import { MultiStore } from "./multi-store.ts";

const names = ["acc", "bank", "market"];
const writes = fc.array(
  fc.record({
    name: fc.constantFrom(...names),
    key: fc.uint8Array({ minLength: 1, maxLength: 2, max: 5 }),
    value: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }),
  }),
  { maxLength: 15 },
);
const chains = fc.record({
  blocks: fc.array(writes, { minLength: 1, maxLength: 12 }),
  keepVersions: fc.integer({ min: 0, max: 4 }),
  initialVersion: fc.constantFrom(1n, 2n, 1000n),
});

function open(backend: MemoryBackend, keepVersions: number, initialVersion = 1n): MultiStore {
  const prefix = utf8("state/");
  return MultiStore.open({
    backend,
    hash: pureHash,
    names,
    prefix,
    keepVersions: BigInt(keepVersions),
    initialVersion,
  });
}

function dump(reader: KVReader): string {
  return [...reader.iterate({})].map(([key, value]) => `${toHex(key)}=${toHex(value)}`).join(" ");
}

function dumpAll(view: { reader(name: string): KVReader }): string {
  return names.map((name) => dump(view.reader(name))).join("|");
}

type Writes = readonly { name: string; key: Uint8Array; value: Uint8Array | undefined }[];

function changesOf(store: MultiStore, block: Writes): Map<string, Change[]> {
  const changes = new Map<string, Change[]>();
  for (const name of names) {
    const layer = new CacheStore(store.reader(name));
    for (const write of block) {
      if (write.name !== name) continue;
      if (write.value === undefined) layer.delete(write.key);
      else layer.set(write.key, write.value);
    }
    if (!layer.isClean) changes.set(name, layer.changes());
  }
  return changes;
}

async function nodesOnBackend(backend: MemoryBackend): Promise<number> {
  let count = 0;
  for await (const _ of backend.iterate({ start: utf8("state/n"), end: utf8("state/o") })) count++;
  return count;
}

test("prepare is pure, kept versions stay readable, reopening changes nothing, pruned nodes are gone", async () => {
  await fc.assert(
    fc.asyncProperty(chains, async ({ blocks, keepVersions, initialVersion }) => {
      const backend = new MemoryBackend();
      let store = open(backend, keepVersions, initialVersion);
      const history = new Map<bigint, { dump: string; hash: string }>();
      for (const [i, block] of blocks.entries()) {
        const version = initialVersion + BigInt(i);
        const changes = changesOf(store, block);
        const before = dumpAll(store);
        const first = store.prepare(version, changes);
        const second = store.prepare(version, changes);
        assert.deepEqual(first.operations, second.operations);
        assert.equal(dumpAll(store), before);
        await backend.write(second.operations);
        store.apply(second);
        assert.throws(() => store.apply(first), /does not follow/);
        history.set(version, { dump: dumpAll(store), hash: toHex(store.appHash) });
        if (i % 2 === 1) store = open(backend, keepVersions, initialVersion);
        assert.equal(store.version, version);
        for (const [old, expected] of history) {
          const view = store.at(old);
          const kept = version - old <= BigInt(Math.max(1, keepVersions));
          assert.equal(view !== undefined, kept, `version ${old} at ${version}`);
          if (view === undefined) continue;
          assert.equal(dumpAll(view), expected.dump);
          assert.equal(toHex(view.appHash), expected.hash);
        }
      }
      // Nothing is left of pruned versions: what is stored is what the kept versions reach.
      const reachable = new Set<string>();
      for (const old of history.keys()) {
        const view = store.at(old);
        if (view === undefined) continue;
        for (const name of names) {
          const tree = view.reader(name) as IavlTree;
          for (const node of tree.nodesPostOrder()) reachable.add(`${name}/${node.version}/${node.nonce}`);
        }
      }
      assert.equal(await nodesOnBackend(backend), reachable.size);
    }),
    { numRuns: 100 },
  );
});

test("another version than the next one is refused", () => {
  const store = open(new MemoryBackend(), 2, 5n);
  assert.equal(store.version, 0n);
  assert.deepEqual(store.appHash, pureHash.sha256(new Uint8Array(0)));
  assert.equal(store.at(0n), undefined);
  assert.throws(() => store.prepare(1n, new Map()), { code: "version" });
  assert.throws(() => store.prepare(6n, new Map()), { code: "version" });
  assert.equal(store.prepare(5n, new Map()).version, 5n);
});

test("a store that the program does not know is refused; a new one begins empty", async () => {
  const backend = new MemoryBackend();
  const store = open(backend, 2);
  const prepared = store.prepare(1n, new Map([["bank", [{ key: utf8("k"), value: utf8("v") }]]]));
  await backend.write(prepared.operations);
  const common = { backend, hash: pureHash, prefix: utf8("state/"), keepVersions: 2n };
  assert.throws(() => MultiStore.open({ ...common, names: ["acc", "bank"] }), { code: "names" });
  const wider = MultiStore.open({ ...common, names: [...names, "oracle"] });
  assert.equal(toHex(wider.appHash), toHex(prepared.appHash));
  const next = wider.prepare(2n, new Map([["oracle", [{ key: utf8("p"), value: utf8("1") }]]]));
  await backend.write(next.operations);
  wider.apply(next);
  assert.deepEqual(wider.reader("oracle").get(utf8("p")), utf8("1"));
  assert.deepEqual(wider.reader("bank").get(utf8("k")), utf8("v"));
});

test("fewer kept versions than before are caught up with in bounded steps", async () => {
  const backend = new MemoryBackend();
  const commit = async (store: MultiStore, version: bigint): Promise<void> => {
    const value = utf8(version.toString());
    const prepared = store.prepare(version, new Map([["acc", [{ key: utf8("k"), value }]]]));
    await backend.write(prepared.operations);
    store.apply(prepared);
  };
  const wide = open(backend, 1000);
  for (let version = 1n; version <= 150n; version++) await commit(wide, version);
  assert.equal(wide.oldestVersion, 1n);
  const narrow = open(backend, 3);
  await commit(narrow, 151n);
  assert.equal(narrow.oldestVersion, 65n);
  await commit(narrow, 152n);
  await commit(narrow, 153n);
  assert.equal(narrow.oldestVersion, 150n);
  assert.equal(await nodesOnBackend(backend), 4);
});

test("reading a version that is pruned meanwhile says so", async () => {
  const backend = new MemoryBackend();
  const commit = async (store: MultiStore, version: bigint, keys: readonly string[]): Promise<void> => {
    const changes = keys.map((key) => ({ key: utf8(key), value: utf8(version.toString()) }));
    const prepared = store.prepare(version, new Map([["acc", changes]]));
    await backend.write(prepared.operations);
    store.apply(prepared);
  };
  const first = open(backend, 1);
  await commit(first, 1n, ["a", "b", "c", "d"]);
  const store = open(backend, 1);
  const old = store.reader("acc");
  for (let version = 2n; version < 5n; version++) await commit(store, version, ["a", "b", "c", "d"]);
  assert.equal(store.at(1n), undefined);
  assert.throws(() => dump(old), { code: "version" });
});

test("a state of another form is refused", async () => {
  const backend = new MemoryBackend();
  await backend.write([{ type: "put", key: utf8("state/m"), value: Uint8Array.of(99, 1, 1) }]);
  assert.throws(() => open(backend, 1), { code: "format" });
});
