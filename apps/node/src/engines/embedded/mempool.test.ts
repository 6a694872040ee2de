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
import { fromUtf8, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import { engineStartNs, engineWorld, smallBlocksGenesis } from "../../testing/engine-world.ts";
import { KvMachine } from "../../testing/kv-machine.ts";
import { ManualTime } from "../../testing/manual-time.ts";
import { defaultMempoolLimits } from "./mempool.ts";
import { TxCache } from "./tx-cache.ts";

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

test("a second check that fails halts the chain, and says so to those who wait for it", async () => {
  const backend = new MemoryBackend();
  class Failing extends KvMachine {
    override checkTx(request: CheckTxRequest): TxResult {
      if (request.recheck) throw new Error("no second check");
      return super.checkTx(request);
    }
  }
  const { engine, time } = engineWorld({ stateMachine: new Failing(backend), genesis: smallBlocksGenesis }, backend);
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
  const { engine, time } = engineWorld({ stateMachine: machine, genesis: smallBlocksGenesis }, backend);
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
  const clock = new ManualTime(engineStartNs);
  // Timers that are due at once, whatever the interval: the next block must wait for the one that is being made.
  const timers = {
    after: (_: number, run: () => void) => {
      const timer = setTimeout(run, 1);
      return { cancel: () => clearTimeout(timer) };
    },
    every: () => assert.fail("the engine uses no repeating timers"),
  };
  const { engine } = engineWorld(
    { stateMachine: machine, clock, timers, emptyBlocks: false, blockIntervalMs: 1 },
    backend,
  );
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
  const { engine, time } = engineWorld({ mempoolLimits });
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

test("of the transactions seen lately the one that came longest ago is forgotten first", () => {
  const cache = new TxCache(3);
  for (const name of ["a", "b", "c"]) assert.equal(cache.push(name), true);
  assert.equal(cache.push("a"), false, "known, and recent again");
  assert.equal(cache.push("d"), true);
  assert.deepEqual(
    ["a", "c", "d"].map((name) => cache.push(name)),
    [false, false, false],
  );
  assert.equal(cache.push("b"), true, "forgotten for d, and now a goes");
  cache.remove("c");
  assert.equal(cache.push("a"), true);
  assert.deepEqual(
    ["b", "d"].map((name) => cache.push(name)),
    [false, false],
  );
});

test("what a block had no room for is checked again, and leaves when it fails", async () => {
  const { engine, time, machine } = engineWorld({ genesis: smallBlocksGenesis });
  await engine.start();
  for (const tx of ["d=1", "e=1", "f=1"]) await engine.broadcast(utf8(tx));
  machine.refused.add("e");
  await time.step();
  assert.deepEqual((await engine.mempool(10)).txs, [utf8("f=1")]);
  machine.refused.delete("e");
  assert.equal((await engine.broadcast(utf8("e=1"))).code, 0);
});
