import { assert, compareBytes } from "@stoa/std";
import type { Entry, KeyRange } from "./backend.ts";
import type { KVReader, KVStore } from "./kv.ts";
import { OrderedMap } from "./ordered-map.ts";

/** One key's last write in a batch; an undefined value deletes. */
export interface Change {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** The reference's bound on keys (types.MaxKeyLength); values are bounded by the size of a transaction. */
export const maxKeyBytes = 65_535;

type Written = { readonly value: Uint8Array | undefined };

/**
 * A layer of held-back writes over a parent: dropping it drops them, {@link CacheStore.writeTo} passes them on. Layers
 * nest and cost nothing until written to. Keys and values are kept by reference: who passes them no longer changes them.
 */
export class CacheStore implements KVStore {
  private readonly parent: KVReader;
  private readonly written = new OrderedMap<Written>();

  constructor(parent: KVReader) {
    this.parent = parent;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const own = this.written.get(key);
    return own === undefined ? this.parent.get(key) : own.value;
  }

  has(key: Uint8Array): boolean {
    const own = this.written.get(key);
    return own === undefined ? this.parent.has(key) : own.value !== undefined;
  }

  iterate(range: KeyRange): IterableIterator<Entry> {
    const own = this.written.iterate(range);
    return merge(this.parent.iterate(range), own, range.reverse === true ? -1 : 1);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    assert(key.length > 0 && key.length <= maxKeyBytes, "store key is empty or too long");
    this.written.set(key, { value });
  }

  delete(key: Uint8Array): void {
    assert(key.length > 0 && key.length <= maxKeyBytes, "store key is empty or too long");
    this.written.set(key, { value: undefined });
  }

  /** True if nothing was written. */
  get isClean(): boolean {
    return this.written.size === 0;
  }

  /** The last write of every key in ascending key order, the order that fixes the tree's shape (base-chain.md §3.3). */
  changes(): Change[] {
    const changes: Change[] = [];
    for (const [key, { value }] of this.written.iterate({})) changes.push({ key, value });
    return changes;
  }

  /** Passes all writes on and starts anew. */
  writeTo(parent: KVStore): void {
    for (const [key, { value }] of this.written.iterate({})) {
      if (value === undefined) parent.delete(key);
      else parent.set(key, value);
    }
    this.written.clear();
  }

  /** Forgets all writes. */
  discard(): void {
    this.written.clear();
  }
}

/** Entries of both in order (direction 1 or -1), a written key hiding the parent's. */
function* merge(
  parent: IterableIterator<Entry>,
  own: IterableIterator<readonly [Uint8Array, Written]>,
  direction: number,
): Generator<Entry> {
  try {
    let below = parent.next();
    let above = own.next();
    while (!below.done || !above.done) {
      const order = below.done ? 1 : above.done ? -1 : direction * compareBytes(below.value[0], above.value[0]);
      if (order < 0) {
        yield below.value as Entry;
        below = parent.next();
        continue;
      }
      const [key, { value }] = above.value as readonly [Uint8Array, Written];
      if (value !== undefined) yield [key, value];
      if (order === 0) below = parent.next();
      above = own.next();
    }
  } finally {
    parent.return?.();
    own.return?.();
  }
}
