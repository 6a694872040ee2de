import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflate } from "node:zlib";
import { createModules, SnapshotRestore } from "@stoa/chain";
import { blockIdOf, encodeBlock } from "@stoa/consensus";
import { createNativeVerifier, LevelBackend, nativeHash } from "@stoa/host";
import { equalBytes, type Log, toHexUpper } from "@stoa/std";
import { type Backend, type BatchOperation, StoreError } from "@stoa/store";
import { toTimestamp } from "../abci-values.ts";
import { advance, finalizeRequest } from "../engines/embedded/block-maker.ts";
import { ChainStore } from "../engines/embedded/chain-store.ts";
import { HomeError, type NodeHome, openNodeHome, restoringFolder } from "../home/node-home.ts";
import { loadSignedState } from "../home/validator-key.ts";
import { applicationPrefix, openApplication } from "../open-application.ts";
import { decodeBundle, type SnapshotBundle, SnapshotError, verifyBundle } from "./snapshot-bundle.ts";
import { readBundle, readChunk, readSnapshot, type StoredSnapshot } from "./snapshot-folder.ts";

/** Bytes of nodes that are written in one batch. */
const batchBytes = 1024 * 1024;

/** What {@link restoreSnapshot} needs. */
export interface RestoreSnapshotParams {
  /** A home with the chain's genesis and its validator's key, but without a chain. */
  readonly home: string;
  /** The folder of the snapshot: that of a height. */
  readonly from: string;
  readonly log: Log;
}

/** Where a restored chain goes on. */
export interface RestoredChain {
  readonly chainId: string;
  /** Of the snapshot. */
  readonly height: bigint;
  readonly appHash: Uint8Array;
  /** Of the chain: the block after the snapshot comes with it and has been executed. */
  readonly lastHeight: bigint;
}

/**
 * Gives an empty home the state of a snapshot and the block after it, which is executed as a proof that the state is
 * whole. Nothing is believed that the genesis file's validators did not sign. The database is made beside its place and
 * moved there when it is complete, so a kill leaves none. Throws SnapshotError, HomeError, StoreError or HostError `locked`.
 */
export async function restoreSnapshot({ home: path, from, log }: RestoreSnapshotParams): Promise<RestoredChain> {
  const home = openNodeHome(path, { restoring: true });
  try {
    const place = join(home.dataFolder, "state");
    if (existsSync(place)) throw new HomeError("exists", `${path} has a chain already; restore into another folder`);
    const snapshot = readSnapshot(from);
    const bundle = decodeBundle(readBundle(snapshot));
    const ports = { hash: nativeHash, verifier: createNativeVerifier({ log }) };
    verifyBundle(ports, home.genesis, bundle);
    checkPlace(home, snapshot, bundle);
    const working = restoringFolder(home.dataFolder);
    rmSync(working, { recursive: true, force: true });
    const backend = await LevelBackend.open(working);
    try {
      await writeState(backend, snapshot, bundle, ports);
      await executeNext(backend, bundle, log);
    } finally {
      await backend.close();
    }
    // An index of whatever was here before; the node builds its own.
    for (const end of ["", "-wal", "-shm"]) rmSync(join(home.dataFolder, `events.sqlite${end}`), { force: true });
    renameSync(working, place);
    syncFolder(home.dataFolder);
    const { chainId, appHash, lastHeight: height } = bundle.state;
    return { chainId, height, appHash, lastHeight: height + 1n };
  } finally {
    await home.lock.close();
  }
}

/** The snapshot's two records agree, and this home's validator may go on from there. */
function checkPlace(home: NodeHome, { manifest }: StoredSnapshot, { state, next }: SnapshotBundle): void {
  const own = [state.chainId, String(state.lastHeight), toHexUpper(state.appHash).toLowerCase()];
  if ([manifest.chainId, manifest.height, manifest.appHash].some((stated, index) => stated !== own[index])) {
    throw new SnapshotError("the snapshot's record of the chain is not the one of its state");
  }
  if (state.nextValidators.byAddress(home.signer.address) === undefined) {
    throw new SnapshotError(
      "the home's key is none of the chain's validators: put the validator's priv_validator_key.json into its config folder",
    );
  }
  const signed = loadSignedState(home.dataFolder);
  if (signed.height > next.header.height) {
    throw new SnapshotError(
      `the home's validator has signed height ${signed.height}, and the snapshot goes to ${next.header.height} only: take a later one`,
    );
  }
}

/** The trees, node for node, and what the application remembers beside them. */
async function writeState(
  backend: Backend,
  snapshot: StoredSnapshot,
  { state, header }: SnapshotBundle,
  crypto: ConstructorParameters<typeof SnapshotRestore>[0]["crypto"],
): Promise<void> {
  const head = {
    chainId: state.chainId,
    height: header.height,
    time: toTimestamp(header.time),
    proposer: header.proposerAddress,
    consensusParams: state.params,
  };
  const restore = new SnapshotRestore({
    crypto,
    modules: createModules(crypto),
    prefix: applicationPrefix,
    height: header.height,
  });
  let waiting: BatchOperation[] = [];
  let length = 0;
  const inflate = createInflate();
  let read = 0;
  try {
    const count = (bytes: number): void => {
      read += bytes;
    };
    await pipeline(Readable.from(chunksOf(snapshot, count)), inflate, async (stream: AsyncIterable<Uint8Array>) => {
      for await (const piece of stream) {
        for (const operation of restore.push(piece)) {
          waiting.push(operation);
          length += operation.type === "put" ? operation.value.length : 0;
        }
        if (length < batchBytes) continue;
        await backend.write(waiting);
        waiting = [];
        length = 0;
      }
    });
    if (inflate.bytesWritten !== read) throw new SnapshotError("the snapshot's chunks go on after their end");
    await backend.write(waiting);
    await backend.write(restore.finish(state.appHash, head));
  } catch (error) {
    throw asSnapshotError(error);
  }
}

function* chunksOf(snapshot: StoredSnapshot, count: (bytes: number) => void): Generator<Uint8Array> {
  for (const index of snapshot.manifest.chunkHashes.keys()) {
    const chunk = readChunk(snapshot, index);
    count(chunk.length);
    yield chunk;
  }
}

/** A snapshot that cannot be, as the store or zlib found it; anything else as it is. */
function asSnapshotError(error: unknown): unknown {
  if (error instanceof StoreError && (error.code === "snapshot" || error.code === "names")) {
    return new SnapshotError(error.message, { cause: error });
  }
  const isZlib = error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
  if (!isZlib) return error;
  return new SnapshotError(`the snapshot's chunks are no compressed stream: ${error.message}`, { cause: error });
}

/** The block after the snapshot, as the chain had it; it becomes the first one that is kept. */
async function executeNext(backend: Backend, bundle: SnapshotBundle, log: Log): Promise<void> {
  const { state: before, next: block, nextCommit: commit } = bundle;
  const application = openApplication({
    backend,
    initialHeight: before.initialHeight,
    minGasPrices: [],
    keepVersions: 1,
    ignoredSections: [],
    log,
  });
  if (!equalBytes(application.info().lastBlockAppHash, before.appHash)) {
    throw new StoreError("corrupt", "the restored state was not found again");
  }
  const encoded = encodeBlock(block);
  const blockId = blockIdOf(nativeHash, block, encoded);
  const proposed = { block, blockId, encoded };
  const response = application.finalizeBlock(finalizeRequest(before, proposed));
  const { state, results } = advance(nativeHash, before, proposed, commit, response);
  const store = new ChainStore(backend, nativeHash);
  const committed = { block, blockId, size: encoded.length, results, commit };
  const rules = { validators: before.validators, params: before.params };
  const { height } = block.header;
  await backend.write([
    ...store.operations({ committed, encoded, rules, state }),
    ...store.pruneOperations(height, height),
    ...application.commit().operations,
  ]);
  application.committed();
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
