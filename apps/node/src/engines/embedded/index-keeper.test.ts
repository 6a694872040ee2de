import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@stoa/std";
import type { EventIndex, SearchFilter } from "../../event-index/event-index.ts";
import { SqliteEventIndex } from "../../event-index/sqlite-event-index.ts";
import { engineWorld } from "../../testing/engine-world.ts";
import type { CommittedBlock } from "../engine.ts";
import type { EmbeddedEngine } from "./embedded-engine.ts";

test("results, indexes and events of a block are readable when it is published", async () => {
  const { engine, time } = engineWorld();
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
  const first = engineWorld();
  await first.engine.start();
  for (const tx of ["a=x", "b=x"]) {
    await first.engine.broadcast(utf8(tx));
    await first.time.step();
  }
  await first.engine.stop();
  const known = SqliteEventIndex.open(":memory:");
  const sets = { equals: [{ key: "kv.Set.value", value: '"x"' }], minHeight: 1n, maxHeight: 99n };
  const restarted = async (index: EventIndex): Promise<EmbeddedEngine> => {
    const again = engineWorld({ index }, first.backend).engine;
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
  const failing = engineWorld({ index: broken });
  await failing.engine.start();
  await failing.time.step();
  assert.equal(failing.engine.height, 2n);
});

test("an index that failed for many blocks gets them in portions, while the chain goes on", async () => {
  const index = SqliteEventIndex.open(":memory:");
  const { appendInSteps } = index;
  const { engine, time } = engineWorld({ index });
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
