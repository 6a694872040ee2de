/** An async sequence that one side pushes and one side reads; bounded, so that a slow reader costs memory only up to a limit. */

/** More than this many unread items and the oldest go: a reader of logs that does not read must not fill memory. */
export const feedItemsMax = 10_000;

export class Feed<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #max: number;
  #ended = false;
  /** The reader has stopped reading. */
  #left = false;
  #failure: unknown;
  #wake: (() => void) | null = null;
  #drained: (() => void)[] = [];

  constructor(max: number = feedItemsMax) {
    this.#max = max;
  }

  push(item: T): void {
    if (this.#ended) return;
    this.#items.push(item);
    if (this.#items.length > this.#max) this.#items.shift();
    this.#notify();
  }

  /** No more items; a failure is thrown to the reader after the items that are there. */
  end(failure?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#notify();
  }

  /** Resolves when the reader has taken everything, or has gone. A source that waits for it loses nothing. */
  async drained(): Promise<void> {
    if (this.#items.length === 0 || this.#left) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  get size(): number {
    return this.#items.length;
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  #tellDrained(): void {
    const waiting = this.#drained;
    this.#drained = [];
    for (const resolve of waiting) resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    try {
      yield* this.#read();
    } finally {
      this.#left = true;
      this.#tellDrained();
    }
  }

  async *#read(): AsyncGenerator<T> {
    for (;;) {
      while (this.#items.length > 0) yield this.#items.shift() as T;
      this.#tellDrained();
      if (this.#ended) {
        if (this.#failure !== undefined) throw this.#failure;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
