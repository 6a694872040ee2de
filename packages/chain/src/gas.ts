import type { Entry, KeyRange, KVStore } from "@stoa/store";

/** Gas costs of state access (base-chain.md §4.4). */
export const kvGas = {
  hasFlat: 1000n,
  deleteFlat: 1000n,
  readFlat: 1000n,
  readPerByte: 3n,
  writeFlat: 2000n,
  writePerByte: 30n,
  iterateFlat: 30n,
} as const;

/** The limit of a meter that never runs out: the largest unsigned 64-bit number, as simulate reports it. */
export const infiniteGas: bigint = 2n ** 64n - 1n;

/** Thrown when a meter passes its limit; becomes code 11 at the boundary. */
export class OutOfGas extends Error {
  override readonly name = "OutOfGas";
  /** What was being paid for, in the reference's words. */
  readonly item: string;

  constructor(item: string) {
    super(`out of gas in location: ${item}`);
    this.item = item;
  }
}

/** Counts gas against a limit. Deterministic: charges depend on the state read and written alone. */
export class GasMeter {
  readonly limit: bigint;
  private used = 0n;

  constructor(limit: bigint) {
    this.limit = limit;
  }

  static unlimited(): GasMeter {
    return new GasMeter(infiniteGas);
  }

  get consumed(): bigint {
    return this.used;
  }

  /** Charges; throws {@link OutOfGas} past the limit, with the charge kept in the count. */
  consume(amount: bigint, item: string): void {
    this.used += amount;
    if (this.used > this.limit) throw new OutOfGas(item);
  }
}

/** A store that charges a meter for every access. */
export class MeteredStore implements KVStore {
  private readonly inner: KVStore;
  private readonly gas: GasMeter;

  constructor(inner: KVStore, gas: GasMeter) {
    this.inner = inner;
    this.gas = gas;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.gas.consume(kvGas.readFlat, "ReadFlat");
    const value = this.inner.get(key);
    this.gas.consume(kvGas.readPerByte * BigInt(key.length + (value?.length ?? 0)), "ReadPerByte");
    return value;
  }

  has(key: Uint8Array): boolean {
    this.gas.consume(kvGas.hasFlat, "Has");
    return this.inner.has(key);
  }

  set(key: Uint8Array, value: Uint8Array): void {
    this.gas.consume(kvGas.writeFlat, "WriteFlat");
    this.gas.consume(kvGas.writePerByte * BigInt(key.length + value.length), "WritePerByte");
    this.inner.set(key, value);
  }

  delete(key: Uint8Array): void {
    this.gas.consume(kvGas.deleteFlat, "Delete");
    this.inner.delete(key);
  }

  *iterate(range: KeyRange): IterableIterator<Entry> {
    for (const entry of this.inner.iterate(range)) {
      this.gas.consume(kvGas.iterateFlat, "IterNextFlat");
      this.gas.consume(kvGas.readPerByte * BigInt(entry[0].length + entry[1].length), "ValuePerByte");
      yield entry;
    }
  }
}
