import assert from "node:assert/strict";
import { test } from "node:test";
import { Slices } from "./slices.ts";

/** Work of so many milliseconds, however many programs share the processor. */
function busy(ms: number): void {
  const worked = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  for (const end = worked() + ms; worked() < end; );
}

function* work(steps: number, stepMs: number): Generator<undefined, string> {
  for (let step = 0; step < steps; step++) {
    busy(stepMs);
    yield;
  }
  return "done";
}

test("work gives turns, and takes as long a turn as others took", async () => {
  const slices = new Slices();
  let turns = 0;
  let others = true;
  const flood = (): void => {
    if (!others) return;
    turns += 1;
    busy(40);
    setImmediate(flood);
  };
  setImmediate(flood);
  slices.begin();
  assert.equal(await slices.run(work(100, 2)), "done");
  others = false;
  // 200 ms of work between turns of 40 ms; were its slices of 8 ms, there would be 25.
  assert.ok(turns >= 1 && turns <= 12, `${turns} turns`);
});

test("where nobody else is there, slices stay short", async () => {
  const slices = new Slices();
  let turns = 0;
  let others = true;
  const idle = (): void => {
    if (!others) return;
    turns += 1;
    setImmediate(idle);
  };
  setImmediate(idle);
  slices.begin();
  await slices.run(work(40, 4));
  others = false;
  assert.ok(turns >= 4, `${turns} turns in 160 ms`);
});
