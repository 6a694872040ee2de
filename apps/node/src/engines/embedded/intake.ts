/** How long checks are made at a stretch, before others have their turn; as with blocks (slices.ts). */
const turnMs = 8;

interface Arrival {
  run(): void;
  fail(error: unknown): void;
}

/**
 * Runs what is checked on top of the waiting transactions: all that came in one turn of the event loop at a stretch, in the
 * order in which it came, and answered together. So code and state stay in the processor's caches, and clients are woken
 * once. Holds as much as the servers have requests open.
 */
export class Intake {
  private readonly ready: () => Promise<void>;
  private arrivals: Arrival[] = [];
  private isWorking = false;

  /** `ready` settles when checks may be made. */
  constructor(ready: () => Promise<void>) {
    this.ready = ready;
  }

  /** What `check` returns or throws when its turn has come. */
  run<T>(check: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.arrivals.push({ run: () => resolve(check()), fail: reject });
      if (this.isWorking) return;
      this.isWorking = true;
      setImmediate(() => void this.work());
    });
  }

  private async work(): Promise<void> {
    await this.ready();
    const startMs = performance.now();
    let done = 0;
    for (const arrival of this.arrivals) {
      try {
        arrival.run();
      } catch (error) {
        arrival.fail(error);
      }
      done += 1;
      if (performance.now() - startMs >= turnMs) break;
    }
    this.arrivals = this.arrivals.slice(done);
    this.isWorking = this.arrivals.length > 0;
    if (this.isWorking) setImmediate(() => void this.work());
  }
}
