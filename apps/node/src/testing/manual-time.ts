import assert from "node:assert/strict";
import type { Clock, Timer, Timers } from "@stoa/std";

/** Turns of the event loop that a step waits for the next timer. */
const maxTurns = 500;

/** Time that stands still until a test lets the next timer run. */
export class ManualTime implements Clock, Timers {
  private now: bigint;
  private pending: { at: bigint; run: () => void } | undefined;

  constructor(startNs: bigint) {
    this.now = startNs;
  }

  nowNs(): bigint {
    return this.now;
  }

  after(delayMs: number, run: () => void): Timer {
    const entry = { at: this.now + BigInt(delayMs) * 1_000_000n, run };
    this.pending = entry;
    return {
      cancel: () => {
        if (this.pending === entry) this.pending = undefined;
      },
    };
  }

  every(): Timer {
    throw new Error("the engine uses no repeating timers");
  }

  /** Runs the pending timer at its time and lets what it started finish. */
  async step(): Promise<void> {
    const entry = this.pending;
    assert.ok(entry, "no timer is pending");
    this.pending = undefined;
    if (entry.at > this.now) this.now = entry.at;
    entry.run();
    // The engine sets its next timer when it is done; one that has stopped sets none.
    for (let turns = 0; this.pending === undefined && turns < maxTurns; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
