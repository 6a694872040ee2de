import { randomBytes } from "node:crypto";
import { assert, type Clock, type Random, type Timer, type Timers } from "@stoa/std";

const nsPerMs = 1_000_000n;

/** The system's wall clock; steps of one millisecond. */
export const systemClock: Clock = {
  nowNs: () => BigInt(Date.now()) * nsPerMs,
};

// Longer delays would wrap in setTimeout and fire at once.
const maxDelayMs = 2_147_483_647;

function after(delayMs: number, run: () => void): Timer {
  assert(delayMs >= 0, "a delay is not negative");
  let handle: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const stepMs = Math.min(leftMs, maxDelayMs);
    handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : run()), stepMs);
  };
  arm(delayMs);
  return { cancel: () => clearTimeout(handle) };
}

/** The event loop's timers. A running timer keeps the process alive: cancel it. */
export const systemTimers: Timers = {
  after,
  every(intervalMs, run) {
    assert(intervalMs > 0 && intervalMs <= maxDelayMs, "an interval is between 1 ms and 24 days");
    const handle = setInterval(run, intervalMs);
    return { cancel: () => clearInterval(handle) };
  },
};

/** The system's cryptographic randomness. */
export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
};
