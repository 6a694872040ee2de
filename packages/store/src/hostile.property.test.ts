import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import { hostileInputs, Mutator } from "@stoa/test";
import { CacheStore, type Change } from "./cache-store.ts";
import { StoreError } from "./errors.ts";
import { MemoryBackend } from "./memory-backend.ts";
import { MultiStore } from "./multi-store.ts";
import { SnapshotImport } from "./snapshot-import.ts";

/*
 * A snapshot comes from a stranger: whatever its bytes, it is refused as one, or is the state that was asked for.
 */

const names = ["acc", "bank"];
const prefix = utf8("state/");
const seed = 20_261_121;
/** A tenth: each makes hashes of trees, in plain code. */
const inputs = hostileInputs / 10;

/** Three states of one chain and the stream of the last; the others are pieces to break it with. */
async function makeStreams() {
  const backend = new MemoryBackend();
  const store = MultiStore.open({ backend, hash: pureHash, names, prefix, keepVersions: 10n });
  const streams: Uint8Array[] = [];
  for (let block = 1; block <= 3; block++) {
    const changes = new Map<string, Change[]>();
    for (const name of names) {
      const layer = new CacheStore(store.reader(name));
      for (const key of [1, 2, 3]) layer.set(Uint8Array.of(block, key), utf8(`value ${key}`));
      changes.set(name, layer.changes());
    }
    const prepared = store.prepare(store.version + 1n, changes);
    await backend.write(prepared.operations);
    store.apply(prepared);
    const made = store.exportSnapshot(store.version);
    assert.ok(made !== undefined);
    streams.push(concatBytes(...made.items));
    made.close();
  }
  return { streams, version: store.version, appHash: store.appHash };
}

test(`spoilt snapshots are refused, or are the same state, ${inputs} tried`, async (t) => {
  const { streams, version, appHash } = await makeStreams();
  const mutator = new Mutator(seed);
  const last = streams.at(-1) ?? new Uint8Array();
  let [begun, accepted] = [0, 0];
  for (let n = 0; n < inputs; n++) {
    const bytes = mutator.bytes(n % 8 === 0 ? streams : [last]);
    const work = new SnapshotImport({ hash: pureHash, names, prefix, version });
    let taken = false;
    try {
      const half = mutator.below(bytes.length + 1);
      for (const piece of [bytes.subarray(0, half), bytes.subarray(half)])
        for (const _ of work.push(piece)) taken = true;
      work.finish(appHash);
      accepted++;
    } catch (error) {
      assert.ok(error instanceof StoreError, `input ${n}: ${String(error)}`);
    }
    if (taken) begun++;
  }
  t.diagnostic(`seed ${seed}, ${begun} were read in part, ${accepted} have the state's app hash`);
  assert.ok(begun > inputs / 10 && accepted < inputs / 100);
});
