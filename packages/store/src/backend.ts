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
 * Durable storage of bytes: synchronous point reads, asynchronous scans and atomic writes. Implemented in memory here
 * and on disk by `host`. Scans are asynchronous because embedded stores read ahead in their own threads; code that must
 * stay synchronous (the state machine) walks the multistore's tree, which needs point reads only.
 */
export interface Backend {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Entries of the range in byte order (reversed if asked), of the state at the moment of the call. */
  iterate(range: KeyRange): AsyncIterableIterator<Entry>;
  /** Writes all operations or none; resolved means durable (synced). Fails with a StoreError. */
  write(batch: readonly BatchOperation[]): Promise<void>;
  close(): Promise<void>;
}
