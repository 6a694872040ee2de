import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { inflateSync } from "node:zlib";
import { LevelBackend, nativeHash } from "@stoa/host";
import { toHex } from "@stoa/std";
import { ChainStore } from "../engines/embedded/chain-store.ts";
import { sendTimes, startQuiet } from "../testing/snapshot-world.ts";
import { makeTestHome } from "../testing/test-home.ts";
import { makeSnapshot } from "./make-snapshot.ts";
import { bundleOf, type SnapshotBundle } from "./snapshot-bundle.ts";
import { readChunk, SnapshotFolder } from "./snapshot-folder.ts";

/** A chain's record, and a folder beside it. */
async function world(t: TestContext): Promise<{ bundle: SnapshotBundle; folder: SnapshotFolder }> {
  const made = await makeTestHome(t);
  const node = await startQuiet(made, made.home);
  await sendTimes(node, made.address, 1);
  await node.close();
  const backend = await LevelBackend.open(join(made.home, "data", "state"));
  made.scope.add("database", backend);
  return { bundle: bundleOf(new ChainStore(backend, nativeHash), 1n), folder: new SnapshotFolder(made.home) };
}

/** Items of so many bytes, which no compressor makes smaller. */
function itemsOf(bytes: number): Buffer[] {
  return Array.from({ length: bytes / 100_000 }, () => randomBytes(100_000));
}

test("chunks have 10,000,000 bytes, and their hashes and the whole's are told", async (t) => {
  const { bundle, folder } = await world(t);
  const items = itemsOf(22_000_000);
  let closed = 0;
  const state = { appHash: new Uint8Array(32), items: items.values(), close: () => void closed++ };
  const made = await makeSnapshot({ folder, state, bundle });
  assert.equal(closed, 1);
  const { chunkHashes, hash, bytes } = made.manifest;
  const chunks = chunkHashes.map((_, index) => readChunk(made, index));
  assert.deepEqual([chunks[0]?.length, chunks[1]?.length, chunks.length], [10_000_000, 10_000_000, 3]);
  assert.deepEqual(
    chunkHashes,
    chunks.map((chunk) => toHex(nativeHash.sha256(chunk))),
  );
  const stream = Buffer.concat(chunks);
  assert.equal(hash, toHex(nativeHash.sha256(stream)));
  assert.equal(bytes, stream.length);
  assert.ok(inflateSync(stream).equals(Buffer.concat(items)));
  for (const name of readdirSync(made.folder)) assert.equal(statSync(join(made.folder, name)).mode & 0o777, 0o600);
});

test("a snapshot that is given up, or whose state fails, leaves nothing and lets the state go", async (t) => {
  const { bundle, folder } = await world(t);
  const stop = new AbortController();
  const appHash = new Uint8Array(32);
  let closed = 0;
  const close = (): void => void closed++;
  const items = itemsOf(5_000_000);
  const stopped = (function* (): Generator<Uint8Array> {
    for (const [index, item] of items.entries()) {
      if (index === 20) stop.abort();
      yield item;
    }
  })();
  const given = makeSnapshot({ folder, state: { appHash, items: stopped, close }, bundle, signal: stop.signal });
  await assert.rejects(given, { name: "AbortError" });
  const broken = (function* (): Generator<Uint8Array> {
    yield new Uint8Array(50_000);
    throw new Error("the disk is gone");
  })();
  const failing = { appHash, items: broken, close };
  await assert.rejects(makeSnapshot({ folder, state: failing, bundle }), /the disk is gone/);
  assert.equal(closed, 2);
  assert.deepEqual(existsSync(folder.path) ? readdirSync(folder.path) : [], []);
  assert.deepEqual(folder.list(), []);
});

test("a snapshot that is removed while a list is made is not in it", () => {
  const folder = new (class extends SnapshotFolder {
    override heights(): bigint[] {
      return [5n];
    }
  })("/nowhere");
  assert.deepEqual(folder.list(), []);
});
