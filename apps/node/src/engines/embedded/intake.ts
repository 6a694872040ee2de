/** How long checks are made at a stretch, before others have their turn; as with blocks (slices.ts). */
const turnMs = 8;

/** Transactions that are looked at ahead in one turn: some 2 ms of work. */
const maxAhead = 64;

/** The part of what comes at once that is not looked at ahead: there is work until the rest is known. */
const firstPart = 1 / 3;

/** What {@link Intake} needs. */
export interface IntakeParams {
  /** Settles when checks may be made. */
  ready(): Promise<void>;
  /** Does elsewhere what can be done of checks in advance; settles when it is done. Without it nothing is. */
  readonly lookAhead?: ((txs: readonly Uint8Array[]) => Promise<void>) | undefined;
}

interface Arrival {
  readonly tx: Uint8Array;
  run(): void;
  fail(error: unknown): void;
}

/**
 * Runs what is checked on top of the waiting transactions: all that came in one turn of the event loop at a stretch, in the
 * order in which it came, and answered together. So code and state stay in the processor's caches, and clients are woken
 * once. While some are checked, those behind them are looked at ahead. Holds as much as the servers have requests open.
 */
export class Intake {
  private readonly params: IntakeParams;
  /** Came and not looked at yet. */
  private fresh: Arrival[] = [];
  /** To be checked next, before all that is fresh. */
  private due: Arrival[] = [];
  private isWorking = false;

  constructor(params: IntakeParams) {
    this.params = params;
  }

  /** What `check` of the transaction returns or throws when its turn has come. */
  run<T>(tx: Uint8Array, check: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.fresh.push({ tx, run: () => resolve(check()), fail: reject });
      if (!this.isWorking) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    await nextTurn();
    while (this.due.length + this.fresh.length > 0) {
      await this.params.ready();
      const ahead = this.takeAhead();
      const looked = ahead.length === 0 ? undefined : this.params.lookAhead?.(ahead.map(({ tx }) => tx));
      this.checkDue();
      await nextTurn();
      await looked;
      this.due.push(...ahead);
    }
    this.isWorking = false;
  }

  /** Takes from what is fresh what is looked at ahead; what is checked before that becomes due. */
  private takeAhead(): Arrival[] {
    if (this.params.lookAhead === undefined) {
      this.due.push(...this.fresh.splice(0));
      return [];
    }
    if (this.due.length === 0) this.due = this.fresh.splice(0, Math.ceil(this.fresh.length * firstPart));
    return this.fresh.splice(0, maxAhead);
  }

  private checkDue(): void {
    const startMs = performance.now();
    let done = 0;
    for (const arrival of this.due) {
      try {
        arrival.run();
      } catch (error) {
        arrival.fail(error);
      }
      done += 1;
      if (performance.now() - startMs >= turnMs) break;
    }
    this.due = this.due.slice(done);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
