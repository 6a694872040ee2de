import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inflateSync } from "node:zlib";
import { concatBytes, fromHex, toHex, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import { CacheStore, MemoryBackend, MultiStore, SnapshotImport } from "@stoa/store";
import { decode } from "@stoa/wire";
import { SnapshotItemSchema } from "@stoa/wire/cosmos.store.snapshots.v1";

/** What `test/peers/snapshot` printed. */
interface Vector {
  readonly stores: readonly string[];
  readonly versions: readonly (readonly { readonly store: string; readonly key: string; readonly value?: string }[])[];
  readonly appHash: string;
  readonly chunks: readonly string[];
  /** The chunks, inflated. */
  readonly stream: string;
}

const vector = JSON.parse(readFileSync(join(import.meta.dirname, "cosmos-store.json"), "utf8")) as Vector;
const names = vector.stores;
const version = BigInt(vector.versions.length);
const prefix = utf8("s/");

function bytes(hex: string): Uint8Array {
  const read = fromHex(hex);
  assert.ok(read !== undefined);
  return read;
}

function open(backend: MemoryBackend): MultiStore {
  return MultiStore.open({ backend, hash: pureHash, names, prefix, keepVersions: 1n });
}

function streamOf(store: MultiStore): Uint8Array {
  const made = store.exportSnapshot(version);
  assert.ok(made !== undefined);
  const whole = concatBytes(...made.items);
  made.close();
  return whole;
}

test("the same writes give the public store's app hash, and its snapshot byte for byte", async () => {
  const backend = new MemoryBackend();
  const store = open(backend);
  for (const writes of vector.versions) {
    const changes = names.map((name) => {
      const layer = new CacheStore(store.reader(name));
      for (const each of writes) {
        if (each.store !== name) continue;
        if (each.value === undefined) layer.delete(bytes(each.key));
        else layer.set(bytes(each.key), bytes(each.value));
      }
      return [name, layer.changes()] as const;
    });
    const prepared = store.prepare(store.version + 1n, new Map(changes));
    await backend.write(prepared.operations);
    store.apply(prepared);
  }
  assert.equal(toHex(store.appHash), vector.appHash);
  assert.equal(toHex(streamOf(store)), vector.stream);
});

test("the public store's chunks give its state", async () => {
  const stream = inflateSync(concatBytes(...vector.chunks.map(bytes)));
  assert.equal(stream.toString("hex"), vector.stream);
  const backend = new MemoryBackend();
  const restore = new SnapshotImport({ hash: pureHash, names, prefix, version });
  await backend.write(restore.push(stream));
  await backend.write(restore.finish(bytes(vector.appHash)));
  const store = open(backend);
  assert.equal(toHex(store.appHash), vector.appHash);
  assert.equal(toHex(streamOf(store)), vector.stream);
});

test("every item is what the schema says", () => {
  let rest = bytes(vector.stream);
  const kinds: string[] = [];
  while (rest.length > 0) {
    const long = (rest[0] ?? 0) >= 0x80;
    const start = long ? 2 : 1;
    const length = long ? (rest[0] ?? 0) - 0x80 + (rest[1] ?? 0) * 0x80 : (rest[0] ?? 0);
    const { item } = decode(SnapshotItemSchema, rest.subarray(start, start + length));
    kinds.push(item.case === "store" ? item.value.name : (item.case ?? "nothing"));
    rest = rest.subarray(start + length);
  }
  assert.deepEqual(
    kinds.filter((kind) => kind !== "iavl"),
    names,
  );
});
