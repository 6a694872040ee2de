/** Whether the container engine answers, told from the keeper's own looks at it: nobody asks it for an order's sake. */

/** A look that takes longer is an engine that hangs; a busy one has answered by then. */
const lateMs = 10_000;

export class EngineWatch {
  readonly #nowMs: () => number;
  /** The start asked the engine and would have failed without it. */
  #answered = true;
  #askedAtMs: number | null = null;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** False when the last look failed or the one under way is late. */
  get answers(): boolean {
    return this.#answered && (this.#askedAtMs === null || this.#nowMs() - this.#askedAtMs < lateMs);
  }

  /** Looks at the engine, one look at a time; `onReturn` is told when it answers after it did not. Rejects as the look does. */
  async look<T>(ask: () => Promise<T>, onReturn: () => void): Promise<T> {
    this.#askedAtMs = this.#nowMs();
    try {
      const seen = await ask();
      const wasAway = !this.answers;
      this.#ended(true);
      if (wasAway) onReturn();
      return seen;
    } catch (cause) {
      this.#ended(false);
      throw cause;
    }
  }

  #ended(answered: boolean): void {
    this.#answered = answered;
    this.#askedAtMs = null;
  }
}
