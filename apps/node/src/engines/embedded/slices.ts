/** How long a block is worked on before others get their turn: an answer takes a few turns. */
const sliceMs = 8;

/**
 * Does long work step by step and lets the event loop have a turn whenever a slice of time is used up
 * (docs/decisions/blocks-in-slices.md).
 */
export class Slices {
  private startMs = 0;

  /** What follows has a whole slice. */
  begin(): void {
    this.startMs = performance.now();
  }

  async run<T>(steps: Generator<undefined, T>): Promise<T> {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      if (performance.now() - this.startMs < sliceMs) continue;
      await new Promise((resolve) => setImmediate(resolve));
      this.begin();
    }
  }
}
