import type { TxResult as CheckResult } from "@stoa/chain";
import type { Hash } from "@stoa/std";
import { toHex } from "@stoa/std";
import { type BroadcastResult, MempoolError, type MempoolView } from "../engine.ts";
import { TxCache } from "./tx-cache.ts";

/** Bounds of the mempool; the defaults are the reference's (base-chain.md §1.6). */
export interface MempoolLimits {
  readonly txs: number;
  readonly totalBytes: number;
  readonly cachedTxs: number;
  readonly txBytes: number;
}

export const defaultMempoolLimits: MempoolLimits = {
  txs: 5_000,
  totalBytes: 1_073_741_824,
  cachedTxs: 10_000,
  txBytes: 1_048_576,
};

/** What {@link Mempool} needs. */
export interface MempoolParams {
  readonly hash: Hash;
  readonly limits: MempoolLimits;
  check(tx: Uint8Array, recheck: boolean): CheckResult;
}

interface Waiting {
  readonly tx: Uint8Array;
  readonly gasWanted: bigint;
}

/** Bytes of a transaction inside a block's data: tag, length and itself. */
export function bytesInBlock(tx: Uint8Array): number {
  let lengthBytes = 1;
  for (let rest = tx.length >>> 7; rest > 0; rest >>>= 7) lengthBytes++;
  return 1 + lengthBytes + tx.length;
}

/** Transactions that passed their check and wait for a block, first in, first out (base-chain.md §4.5). */
export class Mempool {
  private readonly params: MempoolParams;
  private readonly waiting = new Map<string, Waiting>();
  private readonly cache: TxCache;
  private totalBytes = 0;

  constructor(params: MempoolParams) {
    this.params = params;
    this.cache = new TxCache(params.limits.cachedTxs);
  }

  get size(): number {
    return this.waiting.size;
  }

  /**
   * Checks a transaction and keeps it if it passes. `maxGas` is the block's limit, -1 for none. Throws MempoolError in the
   * reference's order: full, too large, known.
   */
  add(tx: Uint8Array, maxGas: bigint): BroadcastResult {
    const { limits } = this.params;
    this.refuseIfFull(tx.length);
    if (tx.length > limits.txBytes) {
      throw new MempoolError("too-large", `Tx too large. Max size is ${limits.txBytes}, but got ${tx.length}`);
    }
    const hash = this.params.hash.sha256(tx);
    const name = toHex(hash);
    if (!this.cache.push(name)) throw new MempoolError("in-cache", "tx already exists in cache");
    const result = { ...this.params.check(tx, false), hash };
    const fitsBlock = maxGas === -1n || (result.gasWanted >= 0n && result.gasWanted <= maxGas);
    if (result.code !== 0 || !fitsBlock) {
      // Its reason may pass (a missing balance, say): it can be sent again.
      this.cache.remove(name);
      return result;
    }
    if (!this.waiting.has(name)) {
      this.waiting.set(name, { tx, gasWanted: result.gasWanted });
      this.totalBytes += tx.length;
    }
    return result;
  }

  /** The oldest transactions that fit a block together. */
  reap(maxBytes: number, maxGas: bigint): Uint8Array[] {
    const txs: Uint8Array[] = [];
    let bytes = 0;
    let gas = 0n;
    for (const { tx, gasWanted } of this.waiting.values()) {
      bytes += bytesInBlock(tx);
      gas += gasWanted;
      if (bytes > maxBytes || (maxGas > -1n && gas > maxGas)) break;
      txs.push(tx);
    }
    return txs;
  }

  /** After a block: forgets its transactions. */
  remove(txs: readonly Uint8Array[], codes: readonly number[]): void {
    for (const [index, tx] of txs.entries()) {
      const name = toHex(this.params.hash.sha256(tx));
      if (codes[index] === 0) this.cache.push(name);
      else this.cache.remove(name);
      this.forget(name);
    }
  }

  /** After a block: checks the others again, one a step. Nothing may be added before the last step. */
  *recheck(): Generator<undefined, void> {
    for (const [name, { tx }] of this.waiting) {
      if (this.params.check(tx, true).code !== 0) {
        this.forget(name);
        this.cache.remove(name);
      }
      yield;
    }
  }

  view(limit: number): MempoolView {
    const txs: Uint8Array[] = [];
    for (const { tx } of this.waiting.values()) {
      if (txs.length >= limit) break;
      txs.push(tx);
    }
    return { txs, total: this.waiting.size, totalBytes: this.totalBytes };
  }

  private forget(name: string): void {
    const known = this.waiting.get(name);
    if (known === undefined) return;
    this.waiting.delete(name);
    this.totalBytes -= known.tx.length;
  }

  private refuseIfFull(txBytes: number): void {
    const { limits } = this.params;
    if (this.waiting.size < limits.txs && this.totalBytes + txBytes <= limits.totalBytes) return;
    const count = `number of txs ${this.waiting.size} (max: ${limits.txs})`;
    const bytes = `total txs bytes ${this.totalBytes} (max: ${limits.totalBytes})`;
    throw new MempoolError("full", `mempool is full: ${count}, ${bytes}`);
  }
}
