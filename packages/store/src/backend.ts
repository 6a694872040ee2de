/** One operation of an atomic batch. */
export type BatchOperation =
  | { readonly type: "put"; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: "del"; readonly key: Uint8Array };

/** A range of keys in byte order: from `start` (included) to `end` (excluded); either may be open. */
export interface KeyRange {
  readonly start?: Uint8Array | undefined;
  readonly end?: Uint8Array | undefined;
  readonly reverse?: boolean | undefined;
}

/** A key with its value. */
export type Entry = readonly [key: Uint8Array, value: Uint8Array];

/**
 * Durable storage of bytes: synchronous reads, asynchronous atomic writes. Implemented in memory here and on
 * disk by `host`.
 */
export interface Backend {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Entries of the range in byte order (reversed if asked), of the state at the moment of the call. */
  iterate(range: KeyRange): IterableIterator<Entry>;
  /** Writes all operations or none; resolved means durable (synced). */
  write(batch: readonly BatchOperation[]): Promise<void>;
  close(): Promise<void>;
}
