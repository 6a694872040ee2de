import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, toHex, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import fc from "fast-check";
import { CacheStore, type Change } from "./cache-store.ts";
import { MemoryBackend } from "./memory-backend.ts";
import { MultiStore } from "./multi-store.ts";
import { SnapshotImport } from "./snapshot-import.ts";

const names = ["acc", "bank", "market"];
const prefix = utf8("state/");

function open(backend: MemoryBackend, keepVersions = 100n): MultiStore {
  return MultiStore.open({ backend, hash: pureHash, names, prefix, keepVersions });
}

type Writes = readonly { name: string; key: Uint8Array; value: Uint8Array | undefined }[];

async function commit(store: MultiStore, backend: MemoryBackend, block: Writes): Promise<void> {
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
  const prepared = store.prepare(store.version + 1n, changes);
  await backend.write(prepared.operations);
  store.apply(prepared);
}

/** The whole snapshot of a version. */
function snapshotOf(store: MultiStore, version = store.version): Uint8Array {
  const made = store.exportSnapshot(version);
  assert.ok(made !== undefined);
  const bytes = concatBytes(...made.items);
  made.close();
  return bytes;
}

interface Restore {
  readonly stream: Uint8Array;
  readonly version: bigint;
  readonly appHash: Uint8Array;
  /** Bytes that are handed over at once. */
  readonly piece?: number;
}

async function restore({ stream, version, appHash, piece = 1_000 }: Restore): Promise<MemoryBackend> {
  const backend = new MemoryBackend();
  const work = new SnapshotImport({ hash: pureHash, names, prefix, version });
  for (let at = 0; at < stream.length; at += piece) await backend.write(work.push(stream.subarray(at, at + piece)));
  await backend.write(work.finish(appHash));
  return backend;
}

const writes = fc.array(
  fc.record({
    name: fc.constantFrom(...names),
    key: fc.uint8Array({ minLength: 1, maxLength: 2, max: 5 }),
    value: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }),
  }),
  { maxLength: 15 },
);

test("a restored state has the same app hash, proofs and future, whatever pieces its bytes come in", async () => {
  const blocks = fc.array(writes, { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(blocks, writes, fc.integer({ min: 1, max: 400 }), async (past, future, piece) => {
      const backend = new MemoryBackend();
      const store = open(backend);
      for (const block of past) await commit(store, backend, block);
      const { version, appHash } = store;
      const stream = snapshotOf(store);
      const copied = await restore({ stream, version, appHash, piece });
      const copy = open(copied);
      assert.equal(copy.version, version);
      assert.deepEqual(copy.appHash, appHash);
      assert.deepEqual(snapshotOf(copy), stream);
      assert.equal(copy.at(version - 1n), undefined);
      for (let next = 0; next < 3; next++) {
        await commit(store, backend, future);
        await commit(copy, copied, future);
        assert.deepEqual(copy.appHash, store.appHash);
      }
      const key = Uint8Array.of(1);
      assert.deepEqual(copy.prove(copy.version, "bank", key), store.prove(store.version, "bank", key));
      assert.deepEqual(snapshotOf(store, version), stream, "an older version is exported as it was");
    }),
    { numRuns: 60 },
  );
});

/** A state of a few keys, and its snapshot. */
async function small() {
  const backend = new MemoryBackend();
  const store = open(backend);
  for (let block = 1; block <= 4; block++) {
    const keys = [1, 2, 3].map((key) => Uint8Array.of(block, key));
    await commit(
      store,
      backend,
      keys.map((key) => ({ name: "bank", key, value: utf8("value") })),
    );
  }
  return { store, backend, stream: snapshotOf(store), version: store.version, appHash: store.appHash };
}

test("a version that is being exported is not pruned until it is let go", async () => {
  const backend = new MemoryBackend();
  const store = open(backend, 1n);
  const write = (value: string) => [{ name: "bank", key: utf8("k"), value: utf8(value) }];
  for (const value of ["a", "b"]) await commit(store, backend, write(value));
  const stream = toHex(snapshotOf(store));
  const held = store.exportSnapshot(2n);
  assert.ok(held !== undefined);
  for (const value of ["c", "d", "e"]) await commit(store, backend, write(value));
  assert.equal(store.oldestVersion, 2n);
  assert.equal(toHex(concatBytes(...held.items)), stream);
  held.close();
  await commit(store, backend, write("f"));
  assert.equal(store.oldestVersion, 5n);
  assert.equal(store.exportSnapshot(2n), undefined);
});

test("no byte of a snapshot can be changed, left out or added", async () => {
  const { stream, version, appHash } = await small();
  const refused = async (changed: Uint8Array, what: string) =>
    assert.rejects(
      restore({ stream: changed, version, appHash }),
      { name: "StoreError", code: /snapshot|names/ },
      what,
    );
  for (let at = 0; at < stream.length; at++) {
    for (const flip of [1, 0x80]) {
      const changed = stream.slice();
      changed[at] = (changed[at] ?? 0) ^ flip;
      await refused(changed, `byte ${at}`);
    }
    await refused(stream.subarray(0, at), `the first ${at} bytes`);
  }
  await refused(concatBytes(stream, stream.subarray(0, 3)), "more than the stream");
  await refused(concatBytes(stream, stream), "twice the stream");
});

test("what is wrong with a snapshot is said", async () => {
  const { store, stream, version, appHash } = await small();
  const items = [...(store.exportSnapshot(version)?.items ?? [])];
  const nodes = items.filter((item) => item[1] === 0x12);
  const heads = items.filter((item) => item[1] === 0x0a);
  const [acc = utf8(""), bank = utf8(""), market = utf8("")] = heads;
  const item = (...bytes: number[]) => Uint8Array.of(bytes.length, ...bytes);
  const node = (...bytes: number[]) => item(0x12, bytes.length, ...bytes);
  const cases: [Uint8Array, RegExp][] = [
    [concatBytes(acc, bank, bank), /store bank comes after bank/],
    [concatBytes(bank, acc), /store acc comes after bank/],
    [concatBytes(...nodes), /begins with a node of no store/],
    [item(0x0a, 3, 0x0a, 1, 0x78), /a store x that this program does not know/],
    [item(0x0a, 2, 0x0a, 0), /the store has no name/],
    [item(0x1a, 0), /field 3 is not known here/],
    [Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1), /larger than 64000000 bytes/],
    [concatBytes(acc, item(0x12, 9, 1)), /item 2 of the snapshot: it is no protobuf message/],
    [concatBytes(acc, node(0x0a, 1, 1, 0x18, 9)), /store acc of the snapshot: a node of version 9/],
    [concatBytes(acc, node(0x0a, 1, 1)), /a node of version 0/],
    [concatBytes(acc, node(0x18, 1)), /a key of 0 bytes/],
    [concatBytes(acc, node(0x0a, 1, 1, 0x18, 1, 0x20, 99)), /a node of height 99/],
    [concatBytes(acc, node(0x0a, 1, 1, 0x18, 1, 0x20, 1)), /an inner node lacks its children/],
    [concatBytes(acc, node(0x0a, 1, 1, 0x28, 1)), /a node has no field 5/],
    [concatBytes(acc, node(0x0a, 1, 2, 0x18, 1), node(0x0a, 1, 1, 0x18, 1)), /keys are not in order/],
    [concatBytes(acc, node(0x0a, 1, 1, 0x18, 1), node(0x0a, 1, 2, 0x18, 1)), /its tree is in 2 parts/],
    [concatBytes(acc, bank, market), /has the app hash [0-9a-f]{64}, not [0-9a-f]{64}/],
    [concatBytes(acc, bank, ...nodes), /has the app hash/],
    [stream.subarray(0, stream.length - 1), /cut short after item \d+/],
  ];
  const pair = [node(0x0a, 1, 1, 0x18, 1), node(0x0a, 1, 2, 0x18, 1)];
  cases.push([concatBytes(acc, ...pair, node(0x0a, 1, 1, 0x18, 1, 0x20, 1)), /does not name the first key/]);
  cases.push([concatBytes(acc, ...pair, node(0x0a, 1, 2, 0x18, 1, 0x20, 2)), /out of balance/]);
  cases.push([concatBytes(acc, ...pair, node(0x0a, 1, 2, 0x12, 1, 0, 0x18, 1, 0x20, 1)), /an inner node has a value/]);
  const leaves = Array.from({ length: 62 }, (_, at) => node(0x0a, 1, at, 0x18, 1));
  cases.push([concatBytes(acc, ...leaves.slice(1)), /its tree is in 61 parts/]);
  cases.push([concatBytes(acc, ...leaves), /more than 61 parts wait for an inner node/]);
  for (const [bytes, problem] of cases) {
    await assert.rejects(restore({ stream: bytes, version, appHash }), { name: "StoreError", message: problem });
  }
});
