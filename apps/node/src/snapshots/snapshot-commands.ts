import { existsSync } from "node:fs";
import { join } from "node:path";
import { LevelBackend, nativeHash } from "@stoa/host";
import type { Log } from "@stoa/std";
import { ChainStore } from "../engines/embedded/chain-store.ts";
import { HomeError, openNodeHome, requireDatabase } from "../home/node-home.ts";
import { openApplication } from "../open-application.ts";
import { SnapshotFolder, type StoredSnapshot } from "./snapshot-folder.ts";
import { takeSnapshot } from "./snapshot-keeper.ts";

/** More than any home keeps: opening a home to read it prunes nothing. */
const maxKeptVersions = 10_000_000;

/** What {@link createSnapshot} needs. */
export interface CreateSnapshotParams {
  readonly home: string;
  /** The block after which; without it the last but one, since the last header is the one that carries its app hash. */
  readonly height?: bigint;
  readonly log: Log;
}

/** Makes a snapshot of a home whose node does not run. Throws HomeError, SnapshotError, or HostError `locked`. */
export async function createSnapshot({ home: path, height, log }: CreateSnapshotParams): Promise<StoredSnapshot> {
  const home = openNodeHome(path);
  try {
    const backend = await LevelBackend.open(requireDatabase(home));
    try {
      const application = openApplication({
        backend,
        initialHeight: home.genesis.initialHeight,
        minGasPrices: [],
        keepVersions: maxKeptVersions,
        ignoredSections: [],
        log,
      });
      const store = new ChainStore(backend, nativeHash);
      const asked = height ?? (store.state()?.lastHeight ?? 0n) - 1n;
      return await takeSnapshot({ application, store, folder: new SnapshotFolder(home.dataFolder) }, asked);
    } finally {
      await backend.close();
    }
  } finally {
    await home.lock.close();
  }
}

/** The finished snapshots of a home, lowest first; its node may run. Throws HomeError, or SnapshotError if one is damaged. */
export function listSnapshots(home: string): StoredSnapshot[] {
  if (!existsSync(join(home, "config"))) throw new HomeError("missing", `${home} is no node's home`);
  return new SnapshotFolder(join(home, "data")).list();
}
