import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedRead } from "./shared-read.ts";

test("who asks within the moment gets the same read, later ones a new one, and none an old failure", async () => {
  let [reads, nowMs, broken] = [0, 0, false];
  const read = async () => {
    reads++;
    if (broken) throw new Error("away");
    return reads;
  };
  const shared = sharedRead(read, 1000, () => nowMs);
  assert.deepEqual(await Promise.all([shared(), shared()]), [1, 1]);
  nowMs = 999;
  assert.equal(await shared(), 1);
  nowMs = 1000;
  broken = true;
  await Promise.all([assert.rejects(shared(), /away/), assert.rejects(shared(), /away/)]);
  assert.equal(reads, 2);
  broken = false;
  assert.equal(await shared(), 3);
});
