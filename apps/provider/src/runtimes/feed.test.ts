import assert from "node:assert/strict";
import { test } from "node:test";
import { Feed } from "./feed.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("a source that waits for its reader loses nothing", async () => {
  const feed = new Feed<number>(4);
  const source = async () => {
    for (let i = 0; i < 40; i += 4) {
      for (let j = i; j < i + 4; j++) feed.push(j);
      await feed.drained();
    }
    feed.end();
  };
  void source();
  const seen: number[] = [];
  for await (const item of feed) {
    seen.push(item);
    if (item % 3 === 0) await turn();
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 40 }, (_, i) => i),
  );
});

test("a source that does not wait loses the oldest, and a failure comes after what is there", async () => {
  const feed = new Feed<number>(2);
  for (let i = 0; i < 5; i++) feed.push(i);
  feed.end(new Error("gone"));
  const seen: number[] = [];
  await assert.rejects(async () => {
    for await (const item of feed) seen.push(item);
  }, /gone/);
  assert.deepEqual(seen, [3, 4]);
});

test("a source does not wait for a reader who has left", async () => {
  const feed = new Feed<number>();
  feed.push(1);
  feed.push(2);
  let free = false;
  const waiting = feed.drained().then(() => {
    free = true;
  });
  await turn();
  assert.equal(free, false);
  for await (const _ of feed) break;
  await waiting;
  await feed.drained();
});
