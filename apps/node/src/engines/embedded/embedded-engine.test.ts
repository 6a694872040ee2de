import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkBlock,
  defaultTrustLevel,
  type LightBlock,
  medianTime,
  verifyCommit,
  verifyHeader,
  verifyStoreProof,
} from "@stoa/consensus";
import { createNativeVerifier, nativeHash } from "@stoa/host";
import { silentLog, utf8 } from "@stoa/std";
import { type BatchOperation, MemoryBackend } from "@stoa/store";
import { signerOfSeed } from "../../home/validator-key.ts";
import { engineGenesis, engineStartNs, engineWorld } from "../../testing/engine-world.ts";
import { ManualTime } from "../../testing/manual-time.ts";
import type { EmbeddedEngine } from "./embedded-engine.ts";

const ports = { hash: nativeHash, verifier: createNativeVerifier({ log: silentLog }) };

async function lightBlock(engine: EmbeddedEngine, height: bigint): Promise<LightBlock> {
  const signed = await engine.commit(height);
  const validators = await engine.validators(height);
  assert.ok(signed && validators);
  return { header: signed.header, commit: signed.commit, validators };
}

test("a light client follows the chain, and proofs of state at h hold against header h+1", async () => {
  const { engine, time } = engineWorld();
  await engine.start();
  await engine.broadcast(utf8("a=1"));
  for (let i = 0; i < 5; i++) await time.step();
  const policy = { trustingPeriodNs: 10n ** 15n, maxClockDriftNs: 10n ** 10n, trustLevel: defaultTrustLevel };
  for (let height = 1n; height < engine.height; height++) {
    const stored = await engine.block(height);
    assert.ok(stored);
    assert.equal(checkBlock(ports, stored.block), undefined);
    const [trusted, next] = [await lightBlock(engine, height), await lightBlock(engine, height + 1n)];
    const verdict = verifyHeader(ports, trusted, next.validators, next, policy, time.nowNs());
    assert.deepEqual(verdict, { ok: true, value: undefined });
  }
  const tip = await lightBlock(engine, engine.height);
  assert.equal(
    verifyCommit(ports, "stoa-test-1", tip.validators, tip.commit.blockId, engine.height, tip.commit).ok,
    true,
  );
  const answer = await engine.query({ path: "/store/kv/key", data: utf8("a"), height: 3n, prove: true });
  const header = (await engine.block(4n))?.block.header;
  assert.ok(header);
  assert.equal(verifyStoreProof(nativeHash, header.appHash, answer.proofOps, "kv", utf8("a"), utf8("1")), true);
});

test("the first block has the genesis time, later ones the time of the votes before, strictly growing", async () => {
  const { engine, time } = engineWorld();
  await engine.start();
  for (let i = 0; i < 3; i++) await time.step();
  const times: bigint[] = [];
  for (let height = 1n; height <= engine.height; height++) {
    const stored = await engine.block(height);
    assert.ok(stored);
    times.push(stored.block.header.time);
    const before = height > 1n ? await engine.validators(height - 1n) : undefined;
    if (before) assert.equal(stored.block.header.time, medianTime(stored.block.lastCommit, before));
  }
  assert.deepEqual(times, [
    engineGenesis.time,
    engineStartNs,
    engineStartNs + 1_000_000_000n,
    engineStartNs + 2_000_000_000n,
  ]);
});

test("a restart goes on where the last durable block ended", async () => {
  const first = engineWorld();
  await first.engine.start();
  await first.engine.broadcast(utf8("a=1"));
  await first.time.step();
  await first.engine.stop();
  const second = engineWorld({}, first.backend);
  assert.equal(second.engine.height, 2n);
  await second.engine.start();
  await second.time.step();
  assert.equal(second.engine.height, 3n);
  const found = await second.engine.tx(nativeHash.sha256(utf8("a=1")));
  assert.equal(found?.height, 2n);
  assert.deepEqual(found?.tx, utf8("a=1"));
});

/** Fails every write after the first `good` ones. */
class FailingBackend extends MemoryBackend {
  good: number;

  constructor(good: number) {
    super();
    this.good = good;
  }

  override write(batch: readonly BatchOperation[]): Promise<void> {
    if (this.good-- <= 0) return Promise.reject(new Error("the disk is full; free some space and start again"));
    return super.write(batch);
  }
}

test("a disk that is full halts the chain with its reason, and a restart goes on from the last block", async () => {
  const backend = new FailingBackend(2);
  const { engine, time } = engineWorld({}, backend);
  await engine.start();
  await time.step();
  await engine.broadcast(utf8("a=1"));
  await time.step();
  assert.match((await engine.halted).message, /disk is full/);
  assert.equal(engine.height, 2n);
  await assert.rejects(engine.broadcast(utf8("b=1")), /stands still.*disk is full/);
  backend.good = 100;
  const again = engineWorld({}, backend);
  assert.equal(again.engine.height, 2n);
  await again.engine.start();
  await again.engine.broadcast(utf8("a=1"));
  await again.time.step();
  assert.equal((await again.engine.tx(nativeHash.sha256(utf8("a=1"))))?.height, 3n);
});

/** Writes, but dies before anybody learns that it did. */
class DyingBackend extends MemoryBackend {
  dies = false;

  override async write(batch: readonly BatchOperation[]): Promise<void> {
    await super.write(batch);
    if (this.dies) await new Promise(() => {});
  }
}

test("a process that dies between the durable batch and its acknowledgement has made the block", async () => {
  const backend = new DyingBackend();
  const { engine, time } = engineWorld({}, backend);
  await engine.start();
  await engine.broadcast(utf8("a=1"));
  backend.dies = true;
  await time.step();
  assert.equal(engine.height, 1n);
  backend.dies = false;
  const again = engineWorld({}, backend);
  assert.equal(again.engine.height, 2n);
  await again.engine.start();
  await again.time.step();
  assert.equal(again.engine.height, 3n);
  assert.equal((await again.engine.tx(nativeHash.sha256(utf8("a=1"))))?.height, 2n);
  const proven = await again.engine.query({ path: "/store/kv/key", data: utf8("a"), height: 2n, prove: false });
  assert.deepEqual(proven.value, utf8("1"));
});

test("without empty blocks one is made for a transaction, for the app hash after it, and when something is due", async () => {
  const { engine, time, machine } = engineWorld({ emptyBlocks: false });
  await engine.start();
  await time.step();
  const quiet = engine.height;
  for (let i = 0; i < 5; i++) await time.step();
  assert.equal(engine.height, quiet);
  await engine.broadcast(utf8("a=1"));
  for (let i = 0; i < 5; i++) await time.step();
  assert.equal(engine.height, quiet + 2n);
  machine.due = time.nowNs() + 2_000_000_000n;
  await time.step();
  assert.equal(engine.height, quiet + 2n);
  for (let i = 0; i < 2; i++) await time.step();
  assert.ok(engine.height > quiet + 2n);
});

test("transactions that keep coming do not put off the block that was set for the first of them", async () => {
  const time = new ManualTime(engineStartNs);
  let set = 0;
  const timers = {
    after: (delayMs: number, run: () => void) => {
      set += 1;
      return time.after(delayMs, run);
    },
    every: () => assert.fail("the engine uses no repeating timers"),
  };
  const { engine } = engineWorld({ emptyBlocks: false, clock: time, timers });
  await engine.start();
  for (let i = 0; i < 3; i++) await time.step();
  const quiet = engine.height;
  set = 0;
  for (let i = 0; i < 10; i++) await engine.broadcast(utf8(`k${i}=1`));
  assert.equal(set, 1);
  await time.step();
  assert.equal(engine.height, quiet + 1n);
  assert.equal((await engine.mempool(1)).total, 0);
});

test("validator updates act two heights later, and losing the majority halts the chain", async () => {
  const { engine, time, machine } = engineWorld();
  const other = signerOfSeed(new Uint8Array(32).fill(9));
  machine.updatesAt.set(2n, [{ keyType: "ed25519", publicKey: other.publicKey.bytes, power: 4n }]);
  machine.updatesAt.set(4n, [{ keyType: "ed25519", publicKey: other.publicKey.bytes, power: 5n }]);
  await engine.start();
  for (let i = 0; i < 6; i++) await time.step().catch(() => undefined);
  const sizes: (number | undefined)[] = [];
  for (const height of [3n, 4n, 5n]) sizes.push((await engine.validators(height))?.validators.length);
  assert.deepEqual(sizes, [1, 2, 2]);
  const signed = await engine.commit(4n);
  assert.deepEqual(
    signed?.commit.signatures.map(({ flag }) => flag),
    [2, 1],
  );
  assert.equal(engine.height, 5n);
  assert.match((await engine.halted).message, /10 of 15 of the voting power at height 6/);
});
