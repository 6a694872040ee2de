import { assert } from "@stoa/std";
import { CacheStore, type KVReader, type KVStore } from "@stoa/store";

/** Reads one named store of a committed version. */
export type StoreReader = (storeName: string) => KVReader;

/** One changed key of a store: what it held before and what it holds now (undefined: absent). */
export interface StateChange {
  readonly key: Uint8Array;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

/**
 * Writable layers over all stores. A block works on one over the committed version, a transaction on a branch of
 * that, and so on; what is not merged is forgotten.
 */
export class State {
  private readonly read: StoreReader;
  private readonly parent: State | undefined;
  private readonly layers = new Map<string, CacheStore>();

  private constructor(read: StoreReader, parent: State | undefined) {
    this.read = read;
    this.parent = parent;
  }

  static over(read: StoreReader): State {
    return new State(read, undefined);
  }

  store(name: string): KVStore {
    let layer = this.layers.get(name);
    if (layer === undefined) {
      layer = new CacheStore(this.read(name));
      this.layers.set(name, layer);
    }
    return layer;
  }

  /** A layer over this one. */
  branch(): State {
    return new State((name) => this.store(name), this);
  }

  /** Writes this branch into the layer that it stands on, which must not have changed since. */
  merge(): void {
    assert(this.parent !== undefined, "only a branch can be merged");
    for (const [name, layer] of this.layers) layer.writeTo(this.parent.store(name));
    this.layers.clear();
  }

  /** The touched stores. */
  touched(): IterableIterator<[string, CacheStore]> {
    return this.layers.entries();
  }

  /** The changes of one store against what this layer stands on, in key order. */
  changes(name: string): StateChange[] {
    const layer = this.layers.get(name);
    if (layer === undefined) return [];
    const base = this.read(name);
    return [...layer.changes()].map(({ key, value }) => ({ key, before: base.get(key), after: value }));
  }
}
