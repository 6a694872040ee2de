import { LevelBackend, nativeHash } from "@stoa/host";
import type { Log } from "@stoa/std";
import { ChainStore } from "../engines/embedded/chain-store.ts";
import { openApplication } from "../open-application.ts";
import { openNodeHome, requireDatabase } from "./node-home.ts";

/** More than any home keeps: opening a home to read it prunes nothing. */
const maxKeptVersions = 10_000_000;

/** A home whose node does not run, with its chain. */
export interface StoppedHome {
  readonly home: ReturnType<typeof openNodeHome>;
  readonly application: ReturnType<typeof openApplication>;
  readonly store: ChainStore;
}

/** Reads a home while its lock is held, and lets go of it afterwards. Throws HomeError, or HostError `locked`. */
export async function readStoppedHome<T>(
  path: string,
  log: Log,
  read: (stopped: StoppedHome) => T | Promise<T>,
): Promise<T> {
  const home = openNodeHome(path);
  try {
    const backend = await LevelBackend.open(requireDatabase(home));
    try {
      const { initialHeight } = home.genesis;
      const options = { initialHeight, minGasPrices: [], keepVersions: maxKeptVersions, ignoredSections: [] };
      const application = openApplication({ backend, ...options, log });
      return await read({ home, application, store: new ChainStore(backend, nativeHash) });
    } finally {
      await backend.close();
    }
  } finally {
    await home.lock.close();
  }
}
