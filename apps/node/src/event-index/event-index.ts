import type { AbciEvent } from "@stoa/consensus";

/** Where a transaction stands in the chain. */
export interface TxPlace {
  readonly height: bigint;
  readonly index: number;
}

/** What an index leads to: transactions by their events, or blocks by the events of their own (index 0). */
export type IndexKind = "tx" | "block";

/** What to look for: all of it, within the heights, both included. */
export interface SearchFilter {
  /** Event attributes as `type.key` with the exact value. */
  readonly equals: readonly { readonly key: string; readonly value: string }[];
  /** Attributes as `type.key`, or event types, that must be there. */
  readonly exists?: readonly string[];
  readonly minHeight: bigint;
  readonly maxHeight: bigint;
}

export type SearchOrder = "asc" | "desc";

/** What matches: how many, and any stretch of it. */
export interface Matches<T> {
  readonly total: number;
  /** Entries from `start` up to `end` in the order of the chain, or against it. */
  page(start: number, end: number, order: SearchOrder): Promise<readonly T[]>;
}

/** Too many rows match; the caller must narrow the search. */
export class SearchTooWideError extends Error {
  override readonly name = "SearchTooWideError";
}

/** A block as the index sees it. */
export interface IndexedBlock {
  readonly height: bigint;
  /** Its own events. */
  readonly events: readonly AbciEvent[];
  /** Events of its transactions, in their order. */
  readonly txs: readonly (readonly AbciEvent[])[];
}

/**
 * Finds transactions and blocks by their events (base-chain.md §5.4). It may be behind the chain, never ahead of it for
 * long: who owns the blocks hands them over in order, from `height + 1`, and again after a crash.
 */
export interface EventIndex {
  /** The last block that is in it; 0 when it is empty. */
  readonly height: bigint;
  append(block: IndexedBlock): void;
  /** {@link append} in steps of a transaction each. Until the last one, searches find nothing of the block. */
  appendInSteps(block: IndexedBlock): Generator<undefined, void>;
  /** Forgets a block that is about to be pruned. */
  remove(block: IndexedBlock): void;
  /** Forgets everything. */
  clear(): void;
  /** Throws SearchTooWideError when a bound of work is passed. */
  search(kind: IndexKind, filter: SearchFilter): Matches<TxPlace>;
  close(): Promise<void>;
}
