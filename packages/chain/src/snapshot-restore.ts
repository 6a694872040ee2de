import { type BatchOperation, SnapshotImport } from "@stoa/store";
import type { ApplicationParams } from "./application.ts";
import { type Head, headOperations } from "./head.ts";
import { createRouter } from "./router.ts";

/** What {@link SnapshotRestore} needs: what the application will be opened with, over a backend that holds nothing yet. */
export interface SnapshotRestoreParams extends Pick<ApplicationParams, "crypto" | "modules" | "prefix"> {
  /** The block that the state follows. Its chain id, time and parameters are not in the trees. */
  readonly head: Head;
}

/**
 * Makes the application's state from a snapshot (base-chain.md §3.6). It writes nothing: the shell writes the batches in
 * their order, and opens an application on them after the last one.
 */
export class SnapshotRestore {
  private readonly head: Head;
  private readonly stores: SnapshotImport;

  constructor({ crypto, modules, prefix, head }: SnapshotRestoreParams) {
    const { storeNames: names } = createRouter(modules.all, []);
    this.head = head;
    this.stores = new SnapshotImport({ hash: crypto.hash, names, prefix, version: head.height });
  }

  /** The next bytes of the stream, not compressed, in pieces of any size. Throws StoreError. */
  push(bytes: Uint8Array): BatchOperation[] {
    return this.stores.push(bytes);
  }

  /** The stream has ended: the last batch. Throws StoreError `snapshot` unless the state has this app hash. */
  finish(appHash: Uint8Array): BatchOperation[] {
    return [...this.stores.finish(appHash), ...headOperations(this.head, undefined)];
  }
}
