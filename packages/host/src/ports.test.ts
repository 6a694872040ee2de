import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock, systemRandom, systemTimers } from "./ports.ts";

test("the clock tells the time in nanoseconds", () => {
  const before = BigInt(Date.now()) * 1_000_000n;
  const now = systemClock.nowNs();
  assert.ok(now >= before && now - before < 1_000_000_000n);
});

test("timers fire, repeat and can be cancelled", async () => {
  const seen: string[] = [];
  const cancelled = systemTimers.after(5, () => seen.push("cancelled"));
  cancelled.cancel();
  await new Promise<void>((resolve) => {
    const ticks = systemTimers.every(2, () => {
      seen.push("tick");
      if (seen.length < 3) return;
      ticks.cancel();
      systemTimers.after(10, resolve);
    });
  });
  assert.deepEqual(seen, ["tick", "tick", "tick"]);
});

test("a delay beyond what the system's timers hold does not fire at once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let fired = false;
  systemTimers.after(2_147_483_647 + 1000, () => {
    fired = true;
  });
  t.mock.timers.tick(2_147_483_647);
  assert.equal(fired, false);
  t.mock.timers.tick(1000);
  assert.equal(fired, true);
});

test("random bytes have the length asked for and differ", () => {
  assert.equal(systemRandom.bytes(0).length, 0);
  assert.equal(Object.getPrototypeOf(systemRandom.bytes(32)), Uint8Array.prototype);
  assert.notDeepEqual(systemRandom.bytes(32), systemRandom.bytes(32));
});
