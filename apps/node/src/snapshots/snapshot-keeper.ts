import type { Application } from "@stoa/chain";
import { messageOf } from "@stoa/host";
import type { Log } from "@stoa/std";
import type { ChainStore } from "../engines/embedded/chain-store.ts";
import type { Engine } from "../engines/engine.ts";
import { makeSnapshot } from "./make-snapshot.ts";
import { bundleOf, SnapshotError } from "./snapshot-bundle.ts";
import type { SnapshotFolder, StoredSnapshot } from "./snapshot-folder.ts";

/** What {@link SnapshotKeeper} needs. */
export interface SnapshotKeeperParams {
  readonly engine: Engine;
  readonly application: Application;
  readonly store: ChainStore;
  readonly folder: SnapshotFolder;
  /** Blocks from one snapshot to the next. */
  readonly interval: bigint;
  /** Finished ones that stay. */
  readonly keep: number;
  readonly log: Log;
}

/** Begins the snapshot of a height whose next block is durable. Throws SnapshotError. */
export async function takeSnapshot(
  { application, store, folder }: Pick<SnapshotKeeperParams, "application" | "store" | "folder">,
  height: bigint,
  signal?: AbortSignal,
): Promise<StoredSnapshot> {
  const bundle = bundleOf(store, height);
  const state = application.exportSnapshot(height);
  if (state === undefined) throw new SnapshotError(`the state of height ${height} is not kept`);
  return makeSnapshot(signal === undefined ? { folder, state, bundle } : { folder, state, bundle, signal });
}

/** Makes a snapshot every so many blocks while the chain goes on, one at a time, and removes old ones. */
export class SnapshotKeeper {
  private readonly params: SnapshotKeeperParams;
  private readonly unsubscribe: () => void;
  private readonly stop = new AbortController();
  private working: Promise<void> | undefined;
  private made = 0;
  private last = 0n;

  constructor(params: SnapshotKeeperParams) {
    this.params = params;
    this.last = params.folder.heights().at(-1) ?? 0n;
    this.unsubscribe = params.engine.onBlock(({ block }) => this.look(block.header.height - 1n));
  }

  /** Height of the last finished snapshot (0: none), and how many were finished since the start. */
  get progress(): { readonly height: bigint; readonly made: number } {
    return { height: this.last, made: this.made };
  }

  /** Gives up the one in work, if there is one. */
  async close(): Promise<void> {
    this.unsubscribe();
    this.stop.abort();
    await this.working;
  }

  private look(height: bigint): void {
    const { interval, log } = this.params;
    if (height <= 0n || height % interval !== 0n || height <= this.last) return;
    if (this.working !== undefined) {
      log.warn("no snapshot: the one before is not finished", { height });
      return;
    }
    this.working = this.make(height).finally(() => {
      this.working = undefined;
    });
  }

  private async make(height: bigint): Promise<void> {
    const { folder, keep, log } = this.params;
    try {
      const { manifest } = await takeSnapshot(this.params, height, this.stop.signal);
      this.made++;
      this.last = height;
      folder.keep(keep);
      log.info("a snapshot is made", { height, chunks: manifest.chunkHashes.length, bytes: manifest.bytes });
    } catch (error) {
      // The chain does not need them: what stops one stops nothing else.
      if (!this.stop.signal.aborted) log.error("a snapshot could not be made", { height, reason: messageOf(error) });
    }
  }
}
