/** Messages of a websocket as an async iteration with a bound on what waits. */
import { GatewayError } from "./errors.ts";

/** A reader this far behind is cut off rather than fed from memory. */
const maxWaiting = 100_000;

export class MessageFeed<T> implements AsyncIterable<T> {
  #waiting: T[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  #error: GatewayError | undefined;

  push(item: T): void {
    if (this.#ended) return;
    if (this.#waiting.length >= maxWaiting) {
      this.end(new GatewayError("unavailable", `the reader is ${maxWaiting} messages behind`));
      return;
    }
    this.#waiting.push(item);
    this.#wake?.();
  }

  end(error?: GatewayError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      const batch = this.#waiting;
      this.#waiting = [];
      yield* batch;
      if (this.#waiting.length > 0) continue;
      if (this.#ended) {
        if (this.#error !== undefined) throw this.#error;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
