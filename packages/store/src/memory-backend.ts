import { assert } from "@stoa/std";
import type { Backend, BatchOperation, Entry, KeyRange } from "./backend.ts";
import { OrderedMap } from "./ordered-map.ts";

/** A {@link Backend} in memory: for tests, simulation and the browser. A copy of every byte is kept, as a disk would. */
export class MemoryBackend implements Backend {
  private readonly entries = new OrderedMap<Uint8Array>();
  private closed = false;

  get(key: Uint8Array): Uint8Array | undefined {
    assert(!this.closed, "the backend is closed");
    return this.entries.get(key)?.slice();
  }

  iterate(range: KeyRange): AsyncIterableIterator<Entry> {
    assert(!this.closed, "the backend is closed");
    return copies(this.entries.iterate(range));
  }

  write(batch: readonly BatchOperation[]): Promise<void> {
    assert(!this.closed, "the backend is closed");
    for (const operation of batch) {
      if (operation.type === "put") this.entries.set(operation.key.slice(), operation.value.slice());
      else this.entries.delete(operation.key);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

async function* copies(entries: IterableIterator<Entry>): AsyncGenerator<Entry> {
  for (const [key, value] of entries) yield [key.slice(), value.slice()];
}
