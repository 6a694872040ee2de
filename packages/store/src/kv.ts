import type { Entry, KeyRange } from "./backend.ts";

/** A readable ordered map of bytes: a committed version, or a cache layer over one. */
export interface KVReader {
  get(key: Uint8Array): Uint8Array | undefined;
  has(key: Uint8Array): boolean;
  /** Entries of the range in byte order (reversed if asked). Writes during an iteration are not seen by it. */
  iterate(range: KeyRange): IterableIterator<Entry>;
}

/** A readable and writable ordered map of bytes. Keys are never empty; values may be. */
export interface KVStore extends KVReader {
  set(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
}
