/** How long a block is worked on, at least, before others get their turn: an answer takes a few turns. */
const shortestMs = 8;

/**
 * Does long work step by step and lets the event loop have a turn whenever a slice of time is used up
 * (docs/decisions/blocks-in-slices.md).
 */
export class Slices {
  private startMs = 0;
  /** What the processor must have worked on this thread before the slice may end. */
  private dueMs = 0;

  /** What follows has a whole slice. */
  begin(): void {
    this.startMs = performance.now();
    this.dueMs = 0;
  }

  async run<T>(steps: Generator<undefined, T>): Promise<T> {
    for (;;) {
      const step = steps.next();
      // After the last step, too: a long one is not to be followed by more work at once.
      if (performance.now() - this.startMs >= shortestMs && workedMs() >= this.dueMs) await this.giveTurn();
      if (step.done === true) return step.value;
    }
  }

  /**
   * The next slice has as much of the processor as others had: a flood of requests slows a block by half and no more, and
   * other programs on the machine change nothing of that.
   */
  private async giveTurn(): Promise<void> {
    const before = workedMs();
    await new Promise((resolve) => setImmediate(resolve));
    this.begin();
    const now = workedMs();
    this.dueMs = now + (now - before);
  }
}

/** Milliseconds that the processor has worked on this thread. */
function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
