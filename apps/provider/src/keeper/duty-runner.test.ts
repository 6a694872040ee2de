import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { silentLog } from "@stoa/std";
import { DutyRunner } from "./duty-runner.ts";

test("one at a time, and what fails waits twice as long each time", async () => {
  let nowMs = 0;
  const runner = new DutyRunner({ nowMs: () => nowMs, log: silentLog });
  let begun = 0;
  let fails = true;
  const carryOut = async () => {
    begun += 1;
    await setImmediate();
    if (fails) throw new Error("not yet");
  };
  const attempt = async (atMs: number) => {
    nowMs = atMs;
    const before = begun;
    const duty = { kind: "runtime", subject: "a", name: "ensure", carryOut };
    runner.start(duty);
    runner.start(duty);
    await setImmediate();
    await setImmediate();
    return begun - before;
  };
  const begins: number[] = [];
  for (const atMs of [0, 999, 1_000, 2_999, 3_000, 6_999, 7_000]) if ((await attempt(atMs)) === 1) begins.push(atMs);
  assert.deepEqual(begins, [0, 1_000, 3_000, 7_000]);
  fails = false;
  assert.deepEqual([await attempt(15_000), await attempt(15_000)], [1, 1]);
  await runner.stop();
  assert.equal(await attempt(20_000), 0);
});
