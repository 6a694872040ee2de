import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "@stoa/std";
import { HomeError } from "../home/node-home.ts";
import { readStoppedHome } from "../home/stopped-home.ts";
import { SnapshotFolder, type StoredSnapshot } from "./snapshot-folder.ts";
import { takeSnapshot } from "./snapshot-keeper.ts";

/** What {@link createSnapshot} needs. */
export interface CreateSnapshotParams {
  readonly home: string;
  /** The block after which; without it the last but one, since the last header is the one that carries its app hash. */
  readonly height?: bigint;
  readonly log: Log;
}

/** Makes a snapshot of a home whose node does not run. Throws HomeError, SnapshotError, or HostError `locked`. */
export function createSnapshot({ home: path, height, log }: CreateSnapshotParams): Promise<StoredSnapshot> {
  return readStoppedHome(path, log, ({ home, application, store }) => {
    const asked = height ?? (store.state()?.lastHeight ?? 0n) - 1n;
    return takeSnapshot({ application, store, folder: new SnapshotFolder(home.dataFolder) }, asked);
  });
}

/** The finished snapshots of a home, lowest first; its node may run. Throws HomeError, or SnapshotError if one is damaged. */
export function listSnapshots(home: string): StoredSnapshot[] {
  if (!existsSync(join(home, "config"))) throw new HomeError("missing", `${home} is no node's home`);
  return new SnapshotFolder(join(home, "data")).list();
}
