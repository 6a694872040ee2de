import { messageOf } from "@stoa/host";
import type { Log } from "@stoa/std";
import type { EventIndex } from "../../event-index/event-index.ts";
import type { BlockResults } from "../engine.ts";
import { type ChainStore, indexedOf } from "./chain-store.ts";
import type { Slices } from "./slices.ts";

/** Blocks that the index gets after each new one when it lacks more: the chain does not wait until it has all. */
const maxPerBlock = 50n;

/** What {@link IndexKeeper} needs. */
export interface IndexKeeperParams {
  readonly index: EventIndex;
  readonly store: ChainStore;
  readonly slices: Slices;
  readonly log: Log;
}

/**
 * Keeps the event index in step with the blocks. A fault of the index costs searches, never blocks; what it lacks it gets
 * with the next block or start.
 */
export class IndexKeeper {
  private readonly params: IndexKeeperParams;

  constructor(params: IndexKeeperParams) {
    this.params = params;
  }

  /**
   * Hands the index every block up to `last` that it lacks; all from `base` when it knows of blocks that the chain does not
   * have. After a new block, whose results are `latest`, it gets {@link maxPerBlock} at most. Never rejects.
   */
  async catchUp(base: bigint, last: bigint, latest?: BlockResults): Promise<void> {
    const { index, store, slices } = this.params;
    try {
      if (index.height > last) index.clear();
      const lowest = index.height < base ? base : index.height + 1n;
      const most = latest === undefined ? last : lowest + maxPerBlock - 1n;
      for (let height = lowest; height <= last && height <= most; height++) {
        const block = height === latest?.height ? indexedOf(latest) : store.indexed(height);
        if (block !== undefined) await slices.run(index.appendInSteps(block));
      }
    } catch (error) {
      this.tell(error);
    }
  }

  /** Forgets the blocks from `from` up to `to`, while their events can still be read. */
  forget(from: bigint, to: bigint): void {
    try {
      for (let height = from; height < to; height++) {
        const block = this.params.store.indexed(height);
        if (block !== undefined) this.params.index.remove(block);
      }
    } catch (error) {
      this.tell(error);
    }
  }

  private tell(error: unknown): void {
    this.params.log.error("the event index failed", { reason: messageOf(error) });
  }
}
