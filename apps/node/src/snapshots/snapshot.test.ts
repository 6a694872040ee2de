import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { deflateSync } from "node:zlib";
import { consensusParamsHash } from "@stoa/consensus";
import { LevelBackend, nativeHash } from "@stoa/host";
import { emptyBytes, silentLog, toHex, toHexUpper } from "@stoa/std";
import { ChainStore } from "../engines/embedded/chain-store.ts";
import { exportGenesis, importGenesis } from "../home/export-genesis.ts";
import { emptyCopy, sendTimes, startQuiet } from "../testing/snapshot-world.ts";
import { makeTestHome } from "../testing/test-home.ts";
import { restoreSnapshot } from "./restore-snapshot.ts";
import { decodeBundle } from "./snapshot-bundle.ts";
import { createSnapshot, listSnapshots } from "./snapshot-commands.ts";
import type { SnapshotManifest } from "./snapshot-folder.ts";

async function answer(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** App hash that the header of a height carries, in upper-case hex. */
async function appHashIn(home: string, height: bigint): Promise<string> {
  return toHexUpper(await inStore(home, (store) => store.block(height)?.block.header.appHash ?? emptyBytes));
}

/** App hash after the last block, which the next header will carry. */
async function lastAppHash(home: string): Promise<string> {
  return toHexUpper(await inStore(home, (store) => store.state()?.appHash ?? emptyBytes));
}

/** The first block that holds a transaction. */
function firstTransfer(home: string): Promise<bigint> {
  return inStore(home, (store) => {
    let height = 1n;
    while (store.block(height)?.block.txs.length === 0) height++;
    return height;
  });
}

async function inStore<T>(home: string, look: (store: ChainStore) => T): Promise<T> {
  const backend = await LevelBackend.open(join(home, "data", "state"));
  try {
    return look(new ChainStore(backend, nativeHash));
  } finally {
    await backend.close();
  }
}

test("a restored home goes on where the snapshot's chain was, with the same app hash", async (t) => {
  const world = await makeTestHome(t);
  const { home, address } = world;
  const first = await startQuiet(world, home);
  await sendTimes(first, address, 3);
  await first.close();
  const made = await createSnapshot({ home, log: silentLog });
  assert.equal(made.height, first.height() - 1n);
  assert.deepEqual(listSnapshots(home), [made]);
  assert.throws(() => listSnapshots(join(home, "nowhere")), {
    name: "HomeError",
    message: /nowhere is no node's home/,
  });
  await assert.rejects(createSnapshot({ home, log: silentLog }), /there is a snapshot of height \d+ already/);
  const transfer = await firstTransfer(home);
  const early = await createSnapshot({ home, height: transfer - 1n, log: silentLog });
  assert.equal(early.manifest.appHash, (await appHashIn(home, transfer)).toLowerCase());
  for (const height of [0n, first.height(), 1_000n]) {
    await assert.rejects(createSnapshot({ home, height, log: silentLog }), /has no snapshot: .*1 to \d+ can have one/);
  }

  // The block after it holds a transfer, which is carried out again.
  const middle = emptyCopy(home, "middle");
  assert.equal((await restoreSnapshot({ home: middle, from: early.folder, log: silentLog })).lastHeight, transfer);
  assert.equal(await lastAppHash(middle), await appHashIn(home, transfer + 1n));

  const copy = emptyCopy(home, "copy");
  const nothing = /state is missing: the node has made no blocks yet/;
  await assert.rejects(createSnapshot({ home: copy, log: silentLog }), nothing);
  await assert.rejects(exportGenesis({ home: copy, log: silentLog }), nothing);
  const restored = await restoreSnapshot({ home: copy, from: made.folder, log: silentLog });
  assert.equal(toHex(restored.appHash), made.manifest.appHash);
  assert.equal(restored.lastHeight, first.height());
  assert.equal(await appHashIn(copy, first.height()), await appHashIn(home, first.height()));
  await assert.rejects(restoreSnapshot({ home: copy, from: made.folder, log: silentLog }), /has a chain already/);

  const [again, original] = [await startQuiet(world, copy), await startQuiet(world, home)];
  const last = first.height();
  for (const path of [`block?height=${last}`, `block_results?height=${last}`, `validators?height=${last}`]) {
    const [ours, theirs] = await Promise.all([again, original].map(({ rpcUrl }) => answer(`${rpcUrl}/${path}`)));
    assert.deepEqual(ours, theirs, path);
  }
  await sendTimes(again, address, 2);
  assert.ok(again.height() > last);
  const pruned = await answer(`${again.rpcUrl}/block?height=1`);
  assert.equal(pruned.status, 500);
  assert.match(JSON.stringify(pruned.body), new RegExp(`height 1 is not available, lowest height is ${last}`));
  const query = `${again.restUrl}/cosmos/bank/v1beta1/balances/${address}`;
  const old = await fetch(query, { headers: { "x-cosmos-block-height": "1" } });
  assert.match(await old.text(), /failed to load state at height 1/);
  await again.close();
  const next = await createSnapshot({ home: copy, log: silentLog });
  assert.ok(next.height > made.height, "a restored chain can be restored again");
});

test("a node makes snapshots at its interval, keeps the last ones, and removes what a kill left", async (t) => {
  const world = await makeTestHome(t);
  const { home, address } = world;
  const left = join(home, "data", "snapshots", "1.making", "3");
  mkdirSync(left, { recursive: true });
  writeFileSync(join(left, "0"), "half of a chunk");
  const settings = { snapshotInterval: 2, snapshotKeep: 2, metricsEnabled: true, metricsPort: 0 };
  const node = await startQuiet(world, home, settings);
  const folder = join(home, "data", "snapshots");
  const made = async (): Promise<number> => {
    const text = await (await fetch(`${node.metricsUrl}/metrics`)).text();
    return Number(/^stoa_node_snapshots_total (\d+)$/m.exec(text)?.[1]);
  };
  // On a slow machine one may still be in work when the next is due, which then is left out.
  while ((await made()) < 3) await sendTimes(node, address, 1);
  while (readdirSync(folder).some((name) => name.endsWith(".making"))) await wait(10);
  const heights = listSnapshots(home).map(({ height }) => height);
  assert.equal(heights.length, 2);
  assert.ok(heights.every((height) => height % 2n === 0n));
  const folders = readdirSync(folder).sort();
  assert.deepEqual(folders, heights.map(String).sort());
  const metrics = await (await fetch(`${node.metricsUrl}/metrics`)).text();
  assert.match(metrics, new RegExp(`^stoa_node_snapshot_height ${heights.at(-1)}$`, "m"));
  await node.close();
  await assert.rejects(startQuiet(world, home, { ...settings, retainBlocks: 1 }), /retainBlocks is 1/);
  // Somebody else's damage to one of them is the list's affair, not the node's.
  const last = join(folder, String(heights[1]), "3", "snapshot.json");
  writeFileSync(last, "{");
  assert.throws(() => listSnapshots(home), /is not the record of a snapshot/);
  await (await startQuiet(world, home, settings)).close();

  const from = join(folder, String(heights[0]));
  const restored = await restoreSnapshot({ home: emptyCopy(home, "copy"), from, log: silentLog });
  assert.equal(restored.height, heights[0]);
});

/** True if two records differ in nothing that a header covers: see {@link SnapshotBundle}. */
function saysTheSame(one: Uint8Array, other: Uint8Array): boolean {
  const proven = (bytes: Uint8Array): unknown => {
    const bundle = decodeBundle(bytes);
    const { params, lastValidators, validators, nextValidators, ...state } = bundle.state;
    const sets = [lastValidators, validators, nextValidators].map((set) => toHex(set.hash(nativeHash)));
    return { ...bundle, state: { ...state, sets, params: consensusParamsHash(nativeHash, params) } };
  };
  try {
    return isDeepStrictEqual(proven(one), proven(other));
  } catch {
    return false;
  }
}

test("a snapshot that was touched, or is of another chain, is refused and leaves the home empty", async (t) => {
  const world = await makeTestHome(t);
  const { home, address } = world;
  const node = await startQuiet(world, home);
  await sendTimes(node, address, 1);
  await node.close();
  const { folder: from, manifest } = await createSnapshot({ home, log: silentLog });
  const copy = emptyCopy(home, "copy");
  const refuse = async (problem: RegExp, target = copy): Promise<void> => {
    await assert.rejects(restoreSnapshot({ home: target, from, log: silentLog }), problem);
    assert.ok(!existsSync(join(target, "data", "state")));
  };
  const withFile = async (name: string, content: Uint8Array | string, problem: RegExp): Promise<void> => {
    const path = join(from, name);
    const before = readFileSync(path);
    writeFileSync(path, content);
    await refuse(problem);
    writeFileSync(path, before);
  };
  const withManifest = (change: Partial<SnapshotManifest>, problem: RegExp): Promise<void> =>
    withFile("snapshot.json", JSON.stringify({ ...manifest, ...change }), problem);
  const sha256 = (bytes: Uint8Array): string => toHex(nativeHash.sha256(bytes));

  await withFile("snapshot.json", "{", /is not the record of a snapshot/);
  await withFile("snapshot.json", "null", /is not the record of a snapshot/);
  await withManifest({ format: 2 }, /format 2, this version reads 3/);
  await withManifest({ height: "../1" }, /: height$/);
  await withManifest({ chunkHashes: [] }, /: chunkHashes$/);
  await withManifest({ bytes: 0.5 }, /: bytes$/);
  await withManifest(
    { height: String(Number(manifest.height) + 1) },
    /record of the chain is not the one of its state/,
  );
  await withManifest({ chunkHashes: [...manifest.chunkHashes, manifest.hash] }, /1 cannot be read/);
  const chunk = readFileSync(join(from, "0"));
  await withFile("0", chunk.subarray(1), /0 is damaged: its hash is/);
  await withFile("0", new Uint8Array(10_000_001), /0 is larger than 10000000 bytes/);
  await withFile("chain", "", /chain is damaged/);
  renameSync(join(from, "0"), join(from, "kept"));
  symlinkSync("/dev/zero", join(from, "0"));
  await refuse(/0 is no file/);
  renameSync(join(from, "kept"), join(from, "0"));

  // Somebody who can write hashes as well.
  const bundle = Uint8Array.from(readFileSync(join(from, "chain")));
  for (let at = 0; at < bundle.length; at += 29) {
    const changed = Uint8Array.from(bundle);
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    if (saysTheSame(changed, bundle)) continue;
    writeFileSync(join(from, "chain"), changed);
    await withManifest({ chainHash: sha256(changed) }, /the snapshot|the block after/);
  }
  writeFileSync(join(from, "chain"), bundle);
  for (const [bytes, problem] of [
    [deflateSync(chunk), /protobuf message|larger than|not known/],
    [chunk.subarray(0, chunk.length - 9), /no compressed stream: unexpected end of file/],
    [Buffer.from("not compressed"), /no compressed stream: incorrect header check/],
    [deflateSync(Buffer.alloc(0)), /has the app hash/],
    [Buffer.concat([chunk, Buffer.alloc(1)]), /go on after their end/],
  ] as const) {
    writeFileSync(join(from, "0"), bytes);
    await withManifest({ chunkHashes: [sha256(bytes)] }, problem);
  }
  writeFileSync(join(from, "0"), chunk);

  await assert.rejects(startQuiet(world, copy), /a snapshot was not restored to its end: restore again/);
  const stranger = join(home, "stranger");
  const genesis = readFileSync(join(home, "config", "genesis.json"), "utf8");
  importGenesis({ home: stranger, text: genesis });
  await refuse(/not signed by the chain's validators/, stranger);
  const other = join(home, "other");
  importGenesis({ home: other, text: genesis.replace("stoa-node-1", "other-1"), keysFrom: home });
  await refuse(/the snapshot is of chain stoa-node-1, the genesis file of other-1/, other);
  const keyless = emptyCopy(home, "keyless");
  rmSync(join(keyless, "config", "priv_validator_key.json"));
  await refuse(/the home's key is none of the chain's validators/, keyless);
  mkdirSync(join(copy, "data"), { recursive: true });
  writeFileSync(join(copy, "data", "priv_validator_state.json"), '{"height":"999","round":0,"step":3}');
  await refuse(/has signed height 999, and the snapshot goes to \d+ only/);
  rmSync(join(copy, "data", "priv_validator_state.json"));
  await restoreSnapshot({ home: copy, from, log: silentLog });
});
