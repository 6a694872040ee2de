import { assert, concatBytes, emptyBytes, equalBytes, prefixEnd } from "@stoa/std";
import type { KVStore } from "@stoa/store";
import { type DescMessage, decode, encode, type MessageShape } from "./codec.ts";
import type { KeyCodec } from "./key-codec.ts";

/**
 * Typed collections over a module's store, so that its `keys.ts` reads like a page: one line an item, map or index.
 * Collections hold no state; every call names the context whose store it works on.
 */

/** Whatever hands out stores by name: a context. */
export interface StoreAccess {
  store(name: string): KVStore;
  /** The same store without charging gas: for indexes, whose work is in proportion to what is charged already. */
  unmetered(name: string): KVStore;
}

/** How a value is stored. */
export interface ValueCodec<V> {
  encode(value: V): Uint8Array;
  decode(bytes: Uint8Array): V;
}

/** Stores a protobuf message in its binary form. */
export function messageValue<D extends DescMessage>(schema: D): ValueCodec<MessageShape<D>> {
  return { encode: (value) => encode(schema, value), decode: (bytes) => decode(schema, bytes) };
}

/**
 * The codec, reading the same bytes only once, and none that it wrote: while nobody else writes, a store gives out the very
 * same array. For values that every transaction reads several times, that nobody changes in place, and that come back from
 * their bytes as they were.
 */
export function remembered<V extends object>(codec: ValueCodec<V>): ValueCodec<V> {
  const known = new WeakMap<Uint8Array, V>();
  return {
    encode: (value) => {
      const bytes = codec.encode(value);
      known.set(bytes, value);
      return bytes;
    },
    decode: (bytes) => {
      const before = known.get(bytes);
      if (before !== undefined) return before;
      const value = codec.decode(bytes);
      known.set(bytes, value);
      return value;
    },
  };
}

/** Stores a key's encoding as the value: integers, texts and bytes. */
export function keyValue<V>(codec: KeyCodec<V>): ValueCodec<V> {
  return { encode: (value) => codec.encode(value), decode: (bytes) => codec.decode(bytes) };
}

/** Stores nothing: the key says all. */
export const noValue: ValueCodec<true> = { encode: () => emptyBytes, decode: () => true };

/** One value under one key, such as a module's parameters. */
export class Item<V> {
  private readonly storeName: string;
  private readonly key: Uint8Array;
  private readonly value: ValueCodec<V>;

  constructor(params: { store: string; key: Uint8Array; value: ValueCodec<V> }) {
    this.storeName = params.store;
    this.key = params.key;
    this.value = params.value;
  }

  get(ctx: StoreAccess): V | undefined {
    const bytes = ctx.store(this.storeName).get(this.key);
    return bytes === undefined ? undefined : this.value.decode(bytes);
  }

  set(ctx: StoreAccess, value: V): void {
    ctx.store(this.storeName).set(this.key, this.value.encode(value));
  }

  delete(ctx: StoreAccess): void {
    ctx.store(this.storeName).delete(this.key);
  }
}

/** Which rows a scan yields. Bytes are those behind the collection's own prefix. */
export interface Scan {
  /** Only keys that begin so: see `TupleKey.partial`. */
  readonly under?: Uint8Array | undefined;
  /** First key of the scan, included, as whole key bytes; where a reversed scan ends is `under`'s beginning. */
  readonly from?: Uint8Array | undefined;
  readonly reverse?: boolean | undefined;
}

/** A row: its key, its value, and the key's bytes behind the collection's prefix. */
export interface Row<K, V> {
  readonly key: K;
  readonly value: V;
  readonly raw: Uint8Array;
}

function scanRange(
  prefix: Uint8Array,
  scan: Scan,
): { start: Uint8Array; end: Uint8Array | undefined; reverse: boolean } {
  const base = concatBytes(prefix, scan.under ?? emptyBytes);
  const reverse = scan.reverse ?? false;
  const start = scan.from !== undefined && !reverse ? concatBytes(prefix, scan.from) : base;
  // A reversed scan begins at `from` and includes it, so its end lies just behind that key.
  const end = scan.from !== undefined && reverse ? concatBytes(prefix, scan.from, Uint8Array.of(0)) : prefixEnd(base);
  return { start, end, reverse };
}

/** What a map needs of its index: the bytes before a row's primary key, or undefined if the row is left out. */
export interface RowIndex<K, V> {
  /** True if a row's place in the index does not depend on its value. */
  readonly byKeyOnly: boolean;
  rowHead(value: V, key: K): Uint8Array | undefined;
}

/** A secondary index of a map: rows by something computed from them. Undefined leaves a row out. */
export class Index<I, K, V> implements RowIndex<K, V> {
  readonly prefix: Uint8Array;
  readonly key: KeyCodec<I>;
  readonly of: (value: V, key: K) => I | undefined;
  readonly byKeyOnly: boolean;

  constructor(params: {
    prefix: Uint8Array;
    key: KeyCodec<I>;
    of: (value: V, key: K) => I | undefined;
    byKeyOnly?: boolean;
  }) {
    this.prefix = params.prefix;
    this.key = params.key;
    this.of = params.of;
    this.byKeyOnly = params.byKeyOnly ?? false;
  }

  /** The bytes under which a row's primary key stands. */
  head(indexKey: I): Uint8Array {
    return concatBytes(this.prefix, this.key.encodePart(indexKey));
  }

  rowHead(value: V, key: K): Uint8Array | undefined {
    const indexKey = this.of(value, key);
    return indexKey === undefined ? undefined : this.head(indexKey);
  }
}

interface MapParams<K, V> {
  readonly store: string;
  readonly prefix: Uint8Array;
  readonly key: KeyCodec<K>;
  readonly value: ValueCodec<V>;
  readonly indexes?: readonly RowIndex<K, V>[];
}

/** A map from typed keys to typed values, in key order, with its indexes kept in step. */
export class TypedMap<K, V> {
  readonly storeName: string;
  readonly prefix: Uint8Array;
  readonly keyCodec: KeyCodec<K>;
  private readonly value: ValueCodec<V>;
  private readonly indexes: readonly RowIndex<K, V>[];

  constructor(params: MapParams<K, V>) {
    this.storeName = params.store;
    this.prefix = params.prefix;
    this.keyCodec = params.key;
    this.value = params.value;
    this.indexes = params.indexes ?? [];
  }

  private full(key: K): Uint8Array {
    return concatBytes(this.prefix, this.keyCodec.encode(key));
  }

  get(ctx: StoreAccess, key: K): V | undefined {
    const bytes = ctx.store(this.storeName).get(this.full(key));
    return bytes === undefined ? undefined : this.value.decode(bytes);
  }

  has(ctx: StoreAccess, key: K): boolean {
    return ctx.store(this.storeName).has(this.full(key));
  }

  set(ctx: StoreAccess, key: K, value: V): void {
    if (this.indexes.length > 0) this.reindex(ctx, key, value);
    ctx.store(this.storeName).set(this.full(key), this.value.encode(value));
  }

  delete(ctx: StoreAccess, key: K): void {
    if (this.indexes.length > 0) this.reindex(ctx, key, undefined);
    ctx.store(this.storeName).delete(this.full(key));
  }

  private reindex(ctx: StoreAccess, key: K, after: V | undefined): void {
    const store = ctx.unmetered(this.storeName);
    const stored = store.get(this.full(key));
    // Where there was a row and is one, only values can have moved it.
    if (stored !== undefined && after !== undefined && this.indexes.every((index) => index.byKeyOnly)) return;
    const before = stored === undefined ? undefined : this.value.decode(stored);
    const primary = this.keyCodec.encode(key);
    for (const index of this.indexes) {
      const oldHead = before === undefined ? undefined : index.rowHead(before, key);
      const newHead = after === undefined ? undefined : index.rowHead(after, key);
      if (oldHead !== undefined && newHead !== undefined && equalBytes(oldHead, newHead)) continue;
      if (oldHead !== undefined) store.delete(concatBytes(oldHead, primary));
      if (newHead !== undefined) store.set(concatBytes(newHead, primary), emptyBytes);
    }
  }

  /** Rows in key order. Writes during the scan are not seen by it. */
  *scan(ctx: StoreAccess, scan: Scan = {}): IterableIterator<Row<K, V>> {
    for (const [full, bytes] of ctx.store(this.storeName).iterate(scanRange(this.prefix, scan))) {
      const raw = full.subarray(this.prefix.length);
      yield { key: this.keyCodec.decode(raw), value: this.value.decode(bytes), raw };
    }
  }

  /** Rows of one index key, in order of primary keys; `from` is primary key bytes. */
  *scanIndex<I>(
    ctx: StoreAccess,
    index: Index<I, K, V>,
    indexKey: I,
    scan: Omit<Scan, "under"> = {},
  ): IterableIterator<Row<K, V>> {
    const head = index.head(indexKey);
    for (const [full] of ctx.unmetered(this.storeName).iterate(scanRange(head, scan))) {
      const raw = full.subarray(head.length);
      const key = this.keyCodec.decode(raw);
      const value = this.get(ctx, key);
      assert(value !== undefined, `an index of ${this.storeName} names a row that is not there`);
      yield { key, value, raw };
    }
  }
}
