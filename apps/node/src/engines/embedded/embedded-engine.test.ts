import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  CheckTxRequest,
  FinalizeBlockRequest,
  FinalizeBlockResponse,
  QueryRequest,
  QueryResponse,
  TxResult,
} from "@stoa/chain";
import {
  checkBlock,
  defaultConsensusParams,
  defaultTrustLevel,
  type LightBlock,
  medianTime,
  verifyCommit,
  verifyHeader,
  verifyStoreProof,
} from "@stoa/consensus";
import { createNativeVerifier, nativeHash } from "@stoa/host";
import { fromUtf8, silentLog, utf8 } from "@stoa/std";
import { type BatchOperation, MemoryBackend } from "@stoa/store";
import type { EventIndex, SearchFilter } from "../../event-index/event-index.ts";
import { SqliteEventIndex } from "../../event-index/sqlite-event-index.ts";
import type { Genesis } from "../../home/genesis.ts";
import { signerOfSeed } from "../../home/validator-key.ts";
import { KvMachine } from "../../testing/kv-machine.ts";
import { ManualTime } from "../../testing/manual-time.ts";
import type { CommittedBlock } from "../engine.ts";
import { EmbeddedEngine, type EmbeddedEngineParams } from "./embedded-engine.ts";
import { defaultMempoolLimits } from "./mempool.ts";

const signer = signerOfSeed(new Uint8Array(32).fill(7));
const ports = { hash: nativeHash, verifier: createNativeVerifier({ log: silentLog }) };
const startNs = 1_700_000_000_000_000_000n;

const genesis: Genesis = {
  chainId: "stoa-test-1",
  time: startNs - 5_000_000_000n,
  initialHeight: 1n,
  params: defaultConsensusParams,
  validators: [{ publicKey: signer.publicKey, power: 10n, name: "" }],
  appState: utf8("{}"),
  appStateJson: {},
};

interface World {
  readonly engine: EmbeddedEngine;
  readonly time: ManualTime;
  readonly machine: KvMachine;
  readonly backend: MemoryBackend;
}

function world(changes: Partial<EmbeddedEngineParams> = {}, backend = new MemoryBackend()): World {
  const time = new ManualTime(startNs);
  const machine = new KvMachine(backend);
  const engine = new EmbeddedEngine({
    index: SqliteEventIndex.open(":memory:"),
    backend,
    stateMachine: machine,
    genesis,
    signer,
    hash: nativeHash,
    clock: time,
    timers: time,
    log: silentLog,
    blockIntervalMs: 1000,
    emptyBlocks: true,
    ...changes,
  });
  return { engine, time, machine, backend };
}

async function lightBlock(engine: EmbeddedEngine, height: bigint): Promise<LightBlock> {
  const signed = await engine.commit(height);
  const validators = await engine.validators(height);
  assert.ok(signed && validators);
  return { header: signed.header, commit: signed.commit, validators };
}

test("a light client follows the chain, and proofs of state at h hold against header h+1", async () => {
  const { engine, time } = world();
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
  const { engine, time } = world();
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
  assert.deepEqual(times, [genesis.time, startNs, startNs + 1_000_000_000n, startNs + 2_000_000_000n]);
});

test("a restart goes on where the last durable block ended", async () => {
  const first = world();
  await first.engine.start();
  await first.engine.broadcast(utf8("a=1"));
  await first.time.step();
  await first.engine.stop();
  const second = world({}, first.backend);
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
  const { engine, time } = world({}, backend);
  await engine.start();
  await time.step();
  await engine.broadcast(utf8("a=1"));
  await time.step();
  assert.match((await engine.halted).message, /disk is full/);
  assert.equal(engine.height, 2n);
  await assert.rejects(engine.broadcast(utf8("b=1")), /stands still.*disk is full/);
  backend.good = 100;
  const again = world({}, backend);
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
  const { engine, time } = world({}, backend);
  await engine.start();
  await engine.broadcast(utf8("a=1"));
  backend.dies = true;
  await time.step();
  assert.equal(engine.height, 1n);
  backend.dies = false;
  const again = world({}, backend);
  assert.equal(again.engine.height, 2n);
  await again.engine.start();
  await again.time.step();
  assert.equal(again.engine.height, 3n);
  assert.equal((await again.engine.tx(nativeHash.sha256(utf8("a=1"))))?.height, 2n);
  const proven = await again.engine.query({ path: "/store/kv/key", data: utf8("a"), height: 2n, prove: false });
  assert.deepEqual(proven.value, utf8("1"));
});

test("without empty blocks one is made for a transaction, for the app hash after it, and when something is due", async () => {
  const { engine, time, machine } = world({ emptyBlocks: false });
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
  const time = new ManualTime(startNs);
  let set = 0;
  const timers = {
    after: (delayMs: number, run: () => void) => {
      set += 1;
      return time.after(delayMs, run);
    },
    every: () => assert.fail("the engine uses no repeating timers"),
  };
  const { engine } = world({ emptyBlocks: false, clock: time, timers });
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
  const { engine, time, machine } = world();
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

test("results, indexes and events of a block are readable when it is published", async () => {
  const { engine, time } = world();
  const seen: CommittedBlock[] = [];
  await engine.start();
  engine.onBlock((block) => seen.push(block));
  await engine.broadcast(utf8("a=x"));
  await engine.broadcast(utf8("fail=1"));
  await engine.broadcast(utf8("b=x"));
  await time.step();
  const [block] = seen;
  assert.ok(block);
  const results = await engine.results(block.block.header.height);
  assert.deepEqual(results, block.results);
  assert.deepEqual(
    results?.txResults.map(({ code }) => code),
    [0, 1, 0],
  );
  const found = async (changes: Partial<SearchFilter>): Promise<number[]> => {
    const matches = await engine.searchTxs({ minHeight: 1n, maxHeight: 10n, equals: [], ...changes });
    return (await matches.page(0, 10, "asc")).map(({ index }) => index);
  };
  const value = { key: "kv.Set.value", value: '"x"' };
  assert.deepEqual(await found({ equals: [value] }), [0, 2]);
  assert.deepEqual(await found({ equals: [value, { key: "kv.Set.key", value: "b" }] }), [2]);
  assert.deepEqual(await found({}), [0, 1, 2]);
  assert.deepEqual(await found({ minHeight: 3n, maxHeight: 9n }), []);
});

test("an index that is behind, ahead or lost is what the chain says after a start, and a failing one stops nothing", async () => {
  const first = world();
  await first.engine.start();
  for (const tx of ["a=x", "b=x"]) {
    await first.engine.broadcast(utf8(tx));
    await first.time.step();
  }
  await first.engine.stop();
  const known = SqliteEventIndex.open(":memory:");
  const sets = { equals: [{ key: "kv.Set.value", value: '"x"' }], minHeight: 1n, maxHeight: 99n };
  const restarted = async (index: EventIndex): Promise<EmbeddedEngine> => {
    const again = world({ index }, first.backend).engine;
    await again.start();
    await again.stop();
    return again;
  };
  assert.equal((await (await restarted(known)).searchTxs(sets)).total, 2, "lost");
  known.remove({ height: 3n, events: [], txs: [] });
  known.append({ height: 999n, events: [], txs: [[]] });
  const healed = await restarted(known);
  assert.equal((await healed.searchTxs({ ...sets, equals: [] })).total, 2, "ahead: of another chain");
  const behind = SqliteEventIndex.open(":memory:");
  const results = await healed.results(2n);
  behind.append({ height: 1n, events: [], txs: [] });
  behind.append({ height: 2n, events: [], txs: (results?.txResults ?? []).map(({ events }) => events) });
  assert.equal((await (await restarted(behind)).searchTxs(sets)).total, 2, "behind");
  const broken = SqliteEventIndex.open(":memory:");
  await broken.close();
  const failing = world({ index: broken });
  await failing.engine.start();
  await failing.time.step();
  assert.equal(failing.engine.height, 2n);
});

test("an index that failed for many blocks gets them in portions, while the chain goes on", async () => {
  const index = SqliteEventIndex.open(":memory:");
  const { appendInSteps } = index;
  const { engine, time } = world({ index });
  await engine.start();
  index.appendInSteps = () => assert.fail("no room for the index");
  for (let n = 0; n < 120; n++) await time.step();
  index.appendInSteps = appendInSteps;
  const heights: bigint[] = [];
  for (let n = 0; n < 4; n++) {
    await time.step();
    heights.push(index.height);
  }
  assert.deepEqual(heights, [51n, 101n, 124n, 125n]);
  assert.equal(engine.height, 125n);
  assert.equal((await engine.searchBlocks({ equals: [], minHeight: 1n, maxHeight: 125n })).total, 125);
});

test("old blocks go when only some are kept, and what was there is said", async () => {
  const { engine, time } = world({ retainBlocks: 3 });
  await engine.start();
  await engine.broadcast(utf8("a=x"));
  for (let n = 0; n < 6; n++) await time.step();
  assert.deepEqual(await engine.heights(), { lowest: 5n, highest: 7n });
  assert.equal(await engine.block(4n), undefined);
  assert.equal(await engine.results(2n), undefined);
  assert.equal(await engine.validators(4n), undefined);
  assert.equal((await engine.status()).earliest.block.header.height, 5n);
  const filter = { minHeight: 1n, maxHeight: 10n };
  assert.equal((await engine.searchTxs({ ...filter, equals: [] })).total, 0, "its block is gone");
  assert.equal((await engine.searchBlocks({ ...filter, equals: [] })).total, 3);
});

/** A machine whose blocks take a turn of the event loop for each step, and count how many are made at once. */
class SlowMachine extends KvMachine {
  atOnce = 0;
  most = 0;
  readonly checked: string[] = [];

  override checkTx(request: CheckTxRequest): TxResult {
    for (const end = performance.now() + (request.recheck ? 10 : 0); performance.now() < end; );
    this.checked.push(fromUtf8(request.tx) ?? "");
    return super.checkTx(request);
  }

  override query(request: QueryRequest): QueryResponse {
    this.checked.push(request.path);
    return super.query(request);
  }

  override *finalizeInSteps(request: FinalizeBlockRequest): Generator<undefined, FinalizeBlockResponse> {
    this.atOnce += 1;
    this.most = Math.max(this.most, this.atOnce);
    for (let step = 0; step < 4; step++) {
      for (const end = performance.now() + 10; performance.now() < end; );
      yield;
    }
    const response = yield* super.finalizeInSteps(request);
    this.atOnce -= 1;
    return response;
  }
}

test("between the durable batch and its acknowledgement nobody is told of blocks that are gone", async () => {
  const problems: unknown[] = [];
  class SlowToTell extends MemoryBackend {
    override async write(batch: readonly BatchOperation[]): Promise<void> {
      await super.write(batch);
      await new Promise((resolve) => setImmediate(resolve));
      if (engine.height === 0n) return;
      const { earliest, latest } = await engine.status();
      const { lowest, highest } = await engine.heights();
      if (earliest.block.header.height !== lowest || latest.block.header.height !== highest) problems.push(lowest);
    }
  }
  const { engine, time } = world({ retainBlocks: 1 }, new SlowToTell());
  await engine.start();
  for (let n = 0; n < 6; n++) await time.step();
  assert.equal((await engine.heights()).lowest, 6n);
  assert.deepEqual(problems, []);
});

test("a second check that fails halts the chain, and says so to those who wait for it", async () => {
  const backend = new MemoryBackend();
  class Failing extends KvMachine {
    override checkTx(request: CheckTxRequest): TxResult {
      if (request.recheck) throw new Error("no second check");
      return super.checkTx(request);
    }
  }
  const params = { ...defaultConsensusParams, block: { maxBytes: 22_020_096n, maxGas: 10n } };
  const { engine, time } = world({ stateMachine: new Failing(backend), genesis: { ...genesis, params } }, backend);
  await engine.start();
  for (const tx of ["a=1", "b=1"]) await engine.broadcast(utf8(tx));
  let waiting: Promise<unknown> | undefined;
  engine.onBlock(() => {
    waiting = assert.rejects(engine.broadcast(utf8("d=1")), /MempoolError: the chain stands still: no second check/);
  });
  await time.step();
  assert.ok(waiting !== undefined);
  await waiting;
  assert.match((await engine.halted).message, /no second check/);
  await assert.rejects(engine.broadcast(utf8("c=1")), /MempoolError: the chain stands still: no second check/);
  assert.equal((await engine.searchTxs({ equals: [], minHeight: 1n, maxHeight: 9n })).total, 1);
  assert.equal(engine.height, 2n, "the block itself is durable");
});

test("who hears of a block finds it, and is checked after those who wait", async () => {
  const backend = new MemoryBackend();
  const machine = new SlowMachine(backend);
  const params = { ...defaultConsensusParams, block: { maxBytes: 22_020_096n, maxGas: 10n } };
  const { engine, time } = world({ stateMachine: machine, genesis: { ...genesis, params } }, backend);
  await engine.start();
  for (const tx of ["a=1", "b=1", "c=1", "d=1"]) await engine.broadcast(utf8(tx));
  let heard: Promise<unknown> | undefined;
  engine.onBlock(({ block }) => {
    const { height } = block.header;
    heard ??= Promise.all([
      engine
        .searchTxs({ equals: [], minHeight: height, maxHeight: height })
        .then(({ total }) => assert.equal(total, 1)),
      engine.broadcast(utf8("e=1")).then(({ code }) => assert.equal(code, 0)),
      engine.query({ path: "/app/simulate", data: utf8("f=1"), height: 0n, prove: false }),
    ]);
  });
  machine.checked.length = 0;
  await time.step();
  assert.ok(heard !== undefined);
  await heard;
  assert.deepEqual(machine.checked, ["b=1", "c=1", "d=1", "e=1", "/app/simulate"]);
});

test("while a block is made others are served, one block at a time", async () => {
  const backend = new MemoryBackend();
  const machine = new SlowMachine(backend);
  const clock = new ManualTime(startNs);
  // Timers that are due at once, whatever the interval: the next block must wait for the one that is being made.
  const timers = {
    after: (_: number, run: () => void) => {
      const timer = setTimeout(run, 1);
      return { cancel: () => clearTimeout(timer) };
    },
    every: () => assert.fail("the engine uses no repeating timers"),
  };
  const { engine } = world({ stateMachine: machine, clock, timers, emptyBlocks: false, blockIntervalMs: 1 }, backend);
  await engine.start();
  let served = 0;
  let heights = 0n;
  engine.onBlock(({ block }) => {
    heights = block.header.height;
  });
  for (let n = 0; heights < 6n; n++) {
    assert.equal((await engine.broadcast(utf8(`k${n}=1`))).code, 0);
    const { lowest, highest } = await engine.heights();
    assert.ok(lowest === 1n && highest === engine.height);
    if (machine.atOnce > 0) served += 1;
  }
  await engine.stop();
  assert.equal(machine.most, 1);
  assert.ok(served > 10, `${served} checks while blocks were made`);
  const found = await engine.searchTxs({ equals: [], minHeight: 1n, maxHeight: 100n });
  let txs = 0;
  for (let height = 1n; height <= engine.height; height++) txs += (await engine.block(height))?.block.txs.length ?? 0;
  assert.equal(found.total, txs);
});

test("the mempool refuses with the reference's words", async () => {
  const mempoolLimits = { ...defaultMempoolLimits, txs: 2, txBytes: 8 };
  const { engine, time } = world({ mempoolLimits });
  await engine.start();
  await engine.broadcast(utf8("a=1"));
  await assert.rejects(engine.broadcast(utf8("a=1")), /^MempoolError: tx already exists in cache$/);
  await assert.rejects(engine.broadcast(utf8("aaaaaaa=1")), /^MempoolError: Tx too large. Max size is 8, but got 9$/);
  assert.equal((await engine.broadcast(utf8("bad"))).code, 2);
  assert.equal((await engine.broadcast(utf8("bad"))).code, 2);
  await engine.broadcast(utf8("b=1"));
  const full = /mempool is full: number of txs 2 \(max: 2\), total txs bytes 6 \(max: 1073741824\)$/;
  await assert.rejects(engine.broadcast(utf8("c=1")), full);
  await time.step();
  assert.equal((await engine.mempool(10)).total, 0);
});

test("what a block had no room for is checked again, and leaves when it fails", async () => {
  const params = { ...defaultConsensusParams, block: { maxBytes: 22_020_096n, maxGas: 10n } };
  const { engine, time, machine } = world({ genesis: { ...genesis, params } });
  await engine.start();
  for (const tx of ["d=1", "e=1", "f=1"]) await engine.broadcast(utf8(tx));
  machine.refused.add("e");
  await time.step();
  assert.deepEqual((await engine.mempool(10)).txs, [utf8("f=1")]);
  machine.refused.delete("e");
  assert.equal((await engine.broadcast(utf8("e=1"))).code, 0);
});
