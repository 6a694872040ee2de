import { assert } from "@stoa/std";
import { type BatchOperation, SnapshotImport } from "@stoa/store";
import type { ApplicationParams } from "./application.ts";
import { type Head, headOperations } from "./head.ts";
import { createRouter } from "./router.ts";

/** What {@link SnapshotRestore} needs: what the application will be opened with, over a backend that holds nothing yet. */
export interface SnapshotRestoreParams extends Pick<ApplicationParams, "crypto" | "modules" | "prefix"> {
  /** The block that the state follows. */
  readonly height: bigint;
}

/**
 * The receiving half of ABCI's snapshot calls: makes the application's state from a snapshot (base-chain.md §3.6). It writes
 * nothing: the shell writes the batches in their order, and opens an application on them after the last one.
 */
export class SnapshotRestore {
  private readonly height: bigint;
  private readonly stores: SnapshotImport;

  constructor({ crypto, modules, prefix, height }: SnapshotRestoreParams) {
    const { storeNames: names } = createRouter(modules.all, []);
    this.height = height;
    this.stores = new SnapshotImport({ hash: crypto.hash, names, prefix, version: height });
  }

  /** The next bytes of the stream, not compressed, in pieces of any size. Throws StoreError. */
  push(bytes: Uint8Array): BatchOperation[] {
    return this.stores.push(bytes);
  }

  /**
   * The stream has ended: the last batch. `head` is the block's chain id, time and parameters, which are not in the trees.
   * Throws StoreError `snapshot` unless the state has this app hash.
   */
  finish(appHash: Uint8Array, head: Head): BatchOperation[] {
    assert(head.height === this.height, "the head is of another height than the snapshot");
    return [...this.stores.finish(appHash), ...headOperations(head, undefined)];
  }
}
