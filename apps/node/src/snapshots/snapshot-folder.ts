import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { messageOf, writeFileAtomic } from "@stoa/host";
import { snapshotFormat } from "@stoa/store";
import { SnapshotError } from "./snapshot-bundle.ts";

/** The reference's size of a chunk. */
export const maxChunkBytes = 10_000_000;
/** A state of a terabyte; also bounds the list of hashes. */
const maxChunks = 100_000;
/** State, two blocks and their commits: a block has 21 MB at most, its validators are few. */
const maxBundleBytes = 64 * 1024 * 1024;
/** Hashes of as many chunks as there may be. */
const maxManifestBytes = 16 * 1024 * 1024;

/** What a finished snapshot says of itself, in `snapshot.json`. Hashes are hex. */
export interface SnapshotManifest {
  readonly kind: "stoa-snapshot";
  readonly chainId: string;
  readonly height: string;
  readonly format: number;
  /** Of all chunk bytes together. */
  readonly hash: string;
  /** Of each chunk; file `0` is the first. */
  readonly chunkHashes: readonly string[];
  readonly appHash: string;
  /** Of the record of the chain, file `chain`. */
  readonly chainHash: string;
  /** Bytes of all chunks. */
  readonly bytes: number;
}

/** One finished snapshot on disk. */
export interface StoredSnapshot {
  readonly folder: string;
  readonly height: bigint;
  readonly manifest: SnapshotManifest;
}

const manifestName = "snapshot.json";
const bundleName = "chain";
const unfinished = ".making";
const privateFolderMode = 0o700;

/** A file is durable before what names it. */
function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Snapshots of a home: `<height>/<format>/` with chunks `0`, `1`, … , the chain's record and the manifest. One is made
 * in a folder of another name, which becomes the last with everything in it durable; what a kill left is removed later.
 */
export class SnapshotFolder {
  readonly path: string;

  /** The folder of a node's data. */
  constructor(dataFolder: string) {
    this.path = join(dataFolder, "snapshots");
  }

  /** Heights of the finished ones, lowest first. */
  heights(): bigint[] {
    if (!existsSync(this.path)) return [];
    const names = readdirSync(this.path).filter((name) => /^[1-9]\d{0,17}$/.test(name));
    return names.map(BigInt).sort((a, b) => (a < b ? -1 : 1));
  }

  /** The finished ones, lowest first. Throws SnapshotError if one is damaged. */
  list(): StoredSnapshot[] {
    return this.heights().flatMap((height) => {
      const folder = join(this.path, String(height));
      try {
        return [readSnapshot(folder)];
      } catch (error) {
        // A node that runs removed it meanwhile.
        if (!existsSync(folder)) return [];
        throw error;
      }
    });
  }

  /** An empty folder for the files of a snapshot; one that was left unfinished is gone. */
  begin(height: bigint): string {
    mkdirSync(this.path, { recursive: true, mode: privateFolderMode });
    for (const name of readdirSync(this.path)) if (name.endsWith(unfinished)) this.remove(name);
    if (existsSync(join(this.path, String(height)))) {
      throw new SnapshotError(`there is a snapshot of height ${height} already: ${join(this.path, String(height))}`);
    }
    const folder = join(this.path, `${height}${unfinished}`, String(snapshotFormat));
    mkdirSync(folder, { recursive: true, mode: privateFolderMode });
    return folder;
  }

  /** Makes the folder's files, which are durable, the snapshot of their height. */
  finish(height: bigint): StoredSnapshot {
    const making = join(this.path, `${height}${unfinished}`);
    syncFolder(making);
    renameSync(making, join(this.path, String(height)));
    syncFolder(this.path);
    return readSnapshot(join(this.path, String(height), String(snapshotFormat)));
  }

  /** Forgets what was begun. */
  abandon(height: bigint): void {
    this.remove(`${height}${unfinished}`);
  }

  /** Removes all but the last ones. */
  keep(count: number): void {
    const all = this.heights();
    for (const height of all.slice(0, Math.max(0, all.length - count))) {
      // Not a snapshot any more before its files go, one after another.
      renameSync(join(this.path, String(height)), join(this.path, `${height}${unfinished}`));
      this.remove(`${height}${unfinished}`);
    }
  }

  private remove(name: string): void {
    rmSync(join(this.path, name), { recursive: true, force: true });
  }
}

/** Writes the two records of a snapshot whose chunks are durable: the chain's, and the manifest with its hash. */
export function writeRecords(
  folder: string,
  bundle: Uint8Array,
  content: Omit<SnapshotManifest, "kind" | "format" | "chainHash">,
): void {
  const manifest: SnapshotManifest = {
    kind: "stoa-snapshot",
    format: snapshotFormat,
    ...content,
    chainHash: sha256(bundle),
  };
  writeFileAtomic(join(folder, bundleName), bundle);
  writeFileAtomic(join(folder, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Reads a snapshot's manifest; `folder` is the one of the files, or that of the height above it. Throws SnapshotError. */
export function readSnapshot(folder: string): StoredSnapshot {
  const inside = join(folder, String(snapshotFormat));
  const at = existsSync(join(folder, manifestName)) ? folder : inside;
  const manifest = parseManifest(join(at, manifestName));
  return { folder: at, height: BigInt(manifest.height), manifest };
}

function parseManifest(path: string): SnapshotManifest {
  const refuse = (problem: string): never => {
    throw new SnapshotError(`${path} is not the record of a snapshot: ${problem}`);
  };
  if (!existsSync(path)) throw new SnapshotError(`there is no snapshot: ${path} is missing`);
  const text = utf8File(path, maxManifestBytes);
  let read: Partial<SnapshotManifest> = {};
  try {
    read = JSON.parse(text) as Partial<SnapshotManifest>;
  } catch (error) {
    refuse(messageOf(error));
  }
  if (typeof read !== "object" || read === null) refuse("no object");
  const isHash = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
  if (read.kind !== "stoa-snapshot") refuse("kind");
  if (read.format !== snapshotFormat) refuse(`format ${String(read.format)}, this version reads ${snapshotFormat}`);
  if (typeof read.height !== "string" || !/^[1-9]\d{0,14}$/.test(read.height)) refuse("height");
  if (typeof read.chainId !== "string") refuse("chainId");
  if (!Number.isSafeInteger(read.bytes)) refuse("bytes");
  for (const name of ["hash", "appHash", "chainHash"] as const) if (!isHash(read[name])) refuse(name);
  const chunks = read.chunkHashes;
  if (!Array.isArray(chunks) || chunks.length === 0 || chunks.length > maxChunks || !chunks.every(isHash))
    refuse("chunkHashes");
  return read as SnapshotManifest;
}

function utf8File(path: string, maxBytes: number): string {
  return Buffer.from(limitedFile(path, maxBytes)).toString("utf8");
}

function limitedFile(path: string, maxBytes: number): Uint8Array {
  try {
    const facts = statSync(path);
    // Of what is no file, such as a link to a device, the size says nothing.
    if (!facts.isFile()) throw new SnapshotError(`${path} is no file`);
    if (facts.size > maxBytes) throw new SnapshotError(`${path} is larger than ${maxBytes} bytes`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    throw new SnapshotError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function checked(path: string, maxBytes: number, hash: string | undefined): Uint8Array {
  const bytes = limitedFile(path, maxBytes);
  const found = sha256(bytes);
  if (found !== hash) throw new SnapshotError(`${path} is damaged: its hash is ${found}, not ${hash}`);
  return bytes;
}

/** One chunk, as the manifest's hash has it. Throws SnapshotError. */
export function readChunk({ folder, manifest }: StoredSnapshot, index: number): Uint8Array {
  return checked(join(folder, String(index)), maxChunkBytes, manifest.chunkHashes[index]);
}

/** The bytes of the chain's record, as the manifest's hash has them. Throws SnapshotError. */
export function readBundle({ folder, manifest }: StoredSnapshot): Uint8Array {
  return checked(join(folder, bundleName), maxBundleBytes, manifest.chainHash);
}
