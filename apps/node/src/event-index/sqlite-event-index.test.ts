import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { AbciEvent } from "@stoa/consensus";
import { silentLog } from "@stoa/std";
import type { IndexedBlock } from "./event-index.ts";
import { SqliteEventIndex } from "./sqlite-event-index.ts";

const event = (type: string, attributes: Record<string, string>): AbciEvent => ({
  type,
  attributes: Object.entries(attributes).map(([key, value]) => ({ key, value, index: key !== "hidden" })),
});

/** Two transactions a block: the first sends to whom the height names. */
function blockAt(height: bigint): IndexedBlock {
  const to = `to${height % 3n}`;
  return {
    height,
    events: [event("fee", { paid: String(height) })],
    txs: [
      [event("send", { to, hidden: "x" })],
      [event("send", { to: "all" }), event("note", { text: "long".repeat(300) })],
    ],
  };
}

const heights = { minHeight: 1n, maxHeight: 1_000n };

async function placesOf(index: SqliteEventIndex, equals: Record<string, string>, exists: readonly string[] = []) {
  const list = Object.entries(equals).map(([key, value]) => ({ key, value }));
  const found = index.search("tx", { ...heights, equals: list, exists });
  const places = await found.page(0, found.total, "asc");
  assert.equal(places.length, found.total);
  return places.map(({ height, index: at }) => `${height}/${at}`);
}

test("places are found by attributes, by presence and by height, in both orders", async () => {
  const index = SqliteEventIndex.open(":memory:");
  for (let height = 1n; height <= 6n; height++) index.append(blockAt(height));
  assert.equal(index.height, 6n);
  assert.deepEqual(await placesOf(index, { "send.to": "to1" }), ["1/0", "4/0"]);
  assert.deepEqual(await placesOf(index, { "send.to": "nobody" }), []);
  assert.deepEqual(await placesOf(index, { "send.to": "to1", "note.text": "x" }), []);
  assert.deepEqual(await placesOf(index, { "send.to": "all" }, ["note.text"]), [
    "1/1",
    "2/1",
    "3/1",
    "4/1",
    "5/1",
    "6/1",
  ]);
  assert.deepEqual(await placesOf(index, {}, ["note"]), [], "a type alone is nothing that is looked for");
  assert.deepEqual(await placesOf(index, {}, ["send.hidden"]), [], "what is not marked for the index is not in it");
  const range = index.search("tx", { equals: [], minHeight: 2n, maxHeight: 3n });
  assert.equal(range.total, 4);
  assert.deepEqual(await range.page(1, 3, "desc"), [
    { height: 3n, index: 0 },
    { height: 2n, index: 1 },
  ]);
  const blocks = index.search("block", { ...heights, equals: [{ key: "fee.paid", value: "5" }] });
  assert.deepEqual(await blocks.page(0, 10, "asc"), [{ height: 5n, index: 0 }]);
  assert.equal(index.search("block", { ...heights, equals: [] }).total, 6);
  await index.close();
});

test("counts grow with the blocks", async () => {
  const index = SqliteEventIndex.open(":memory:");
  const total = (minHeight = 1n, maxHeight = 1_000n): number =>
    index.search("tx", { equals: [{ key: "send.to", value: "all" }], minHeight, maxHeight }).total;
  for (let height = 1n; height <= 20n; height++) {
    index.append(blockAt(height));
    assert.equal(total(), Number(height));
    assert.equal(total(), Number(height));
    assert.equal(total(1n, 5n), Math.min(5, Number(height)));
    assert.equal(total(height), 1);
  }
  index.remove(blockAt(3n));
  assert.equal(total(), 19);
  await index.close();
});

test("until its last step nothing of a block is found, and a fault in between leaves nothing", async () => {
  const index = SqliteEventIndex.open(":memory:");
  index.append(blockAt(1n));
  const found = () => placesOf(index, { "send.to": "all" });
  const steps = index.appendInSteps(blockAt(2n));
  while (steps.next().done !== true) if (index.height === 1n) assert.deepEqual(await found(), ["1/1"]);
  assert.deepEqual(await found(), ["1/1", "2/1"]);
  const broken = index.appendInSteps(blockAt(3n));
  broken.next();
  assert.throws(() => broken.throw(new Error("the disk is full")), /the disk is full/);
  assert.equal(index.height, 2n);
  index.append(blockAt(3n));
  assert.deepEqual(await found(), ["1/1", "2/1", "3/1"]);
  await index.close();
});

test("any stretch of the matches is the same from either end", async () => {
  const index = SqliteEventIndex.open(":memory:");
  for (let height = 1n; height <= 9n; height++) index.append(blockAt(height));
  const all = index.search("tx", { ...heights, equals: [{ key: "send.to", value: "all" }] });
  const up = await all.page(0, 9, "asc");
  assert.equal(up.length, 9);
  for (let start = 0; start <= 9; start++) {
    for (let end = start; end <= 12; end++) {
      assert.deepEqual(await all.page(start, end, "asc"), up.slice(start, end));
      assert.deepEqual(await all.page(start, end, "desc"), up.toReversed().slice(start, end));
    }
  }
  await index.close();
});

test("a removed block is found no more, and appending twice changes nothing", async () => {
  const index = SqliteEventIndex.open(":memory:");
  for (let height = 1n; height <= 3n; height++) index.append(blockAt(height));
  index.append(blockAt(3n));
  index.remove(blockAt(1n));
  assert.deepEqual(await placesOf(index, { "send.to": "all" }), ["2/1", "3/1"]);
  assert.deepEqual(await placesOf(index, { "send.to": "to1" }), []);
  index.append(blockAt(4n));
  assert.deepEqual(await placesOf(index, { "send.to": "to1" }), ["4/0"]);
  index.clear();
  assert.equal(index.height, 0n);
  assert.deepEqual(await placesOf(index, {}), []);
  await index.close();
});

test("a file keeps what was appended", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-index-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "events.sqlite");
  const first = SqliteEventIndex.open(path);
  first.append(blockAt(1n));
  await first.close();
  const again = SqliteEventIndex.open(path);
  assert.equal(again.height, 1n);
  assert.deepEqual(await placesOf(again, { "send.to": "to1" }), ["1/0"]);
  await again.close();
});

test("a damaged file begins anew, and says so", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-index-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "events.sqlite");
  const filled = SqliteEventIndex.open(path);
  for (let height = 1n; height <= 60n; height++) filled.append(blockAt(height));
  await filled.close();
  const told: string[] = [];
  const log = { ...silentLog, error: (message: string) => void told.push(message) };
  const damages = [() => truncateSync(path, 5_000), () => writeFileSync(path, "x".repeat(5_000))];
  for (const damage of damages) {
    damage();
    const index = SqliteEventIndex.open(path, log);
    assert.equal(index.height, 0n);
    await index.close();
  }
  assert.deepEqual(told, Array(2).fill("the event index is damaged and is made anew"));
});
