import { createHash, type Hash as RunningHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createDeflate } from "node:zlib";
import { privateFileMode } from "@stoa/host";
import { toHex } from "@stoa/std";
import type { SnapshotExport } from "@stoa/store";
import { encodeBundle, type SnapshotBundle } from "./snapshot-bundle.ts";
import { maxChunkBytes, type SnapshotFolder, type StoredSnapshot, writeRecords } from "./snapshot-folder.ts";

/** The reference's level. */
const compressionLevel = 7;
/** Bytes of items that are read and encoded in one go: about a millisecond, after which others have their turn. */
const sliceBytes = 16 * 1024;

/** What {@link makeSnapshot} needs. */
export interface MakeSnapshotParams {
  readonly folder: SnapshotFolder;
  /** The state of the height; closed in the end. */
  readonly state: SnapshotExport;
  readonly bundle: SnapshotBundle;
  /** Ends the work; nothing stays of it. */
  readonly signal?: AbortSignal;
}

/**
 * Writes a snapshot of form 3 (base-chain.md §3.6) beside whatever else the process does: in slices, with one of them, one
 * path of a tree and the compressor's window in memory. It is there whole or not at all. Throws what stopped it.
 */
export async function makeSnapshot({ folder, state, bundle, signal }: MakeSnapshotParams): Promise<StoredSnapshot> {
  const height = bundle.header.height;
  try {
    const target = folder.begin(height);
    const chunks = new ChunkWriter(target);
    try {
      const source = Readable.from(slices(state.items), { objectMode: false });
      const deflate = createDeflate({ level: compressionLevel });
      await pipeline(source, deflate, (compressed: AsyncIterable<Uint8Array>) => chunks.writeAll(compressed), {
        signal,
      });
      writeRecords(target, encodeBundle(bundle), {
        chainId: bundle.state.chainId,
        height: String(height),
        hash: chunks.hash.digest("hex"),
        chunkHashes: chunks.chunkHashes,
        appHash: toHex(state.appHash),
        bytes: chunks.bytes,
      });
      return folder.finish(height);
    } catch (error) {
      await chunks.close();
      folder.abandon(height);
      throw error;
    }
  } finally {
    state.close();
  }
}

/** Items put together to slices, with a turn for everybody else after each. */
async function* slices(items: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for (const item of items) {
    parts.push(item);
    length += item.length;
    if (length < sliceBytes) continue;
    yield Buffer.concat(parts, length);
    parts = [];
    length = 0;
    await nextTurn();
  }
  yield Buffer.concat(parts, length);
}

/** Cuts bytes into files of a chunk each, durable when they are full. */
class ChunkWriter {
  readonly hash = createHash("sha256");
  readonly chunkHashes: string[] = [];
  bytes = 0;
  private readonly folder: string;
  private file: FileHandle | undefined;
  private chunkHash: RunningHash = createHash("sha256");
  private room = maxChunkBytes;

  constructor(folder: string) {
    this.folder = folder;
  }

  async writeAll(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of pieces) {
      for (let rest = piece; rest.length > 0; ) {
        const part = rest.subarray(0, this.room);
        rest = rest.subarray(part.length);
        await this.write(part);
      }
    }
    await this.endChunk();
  }

  private async write(part: Uint8Array): Promise<void> {
    const path = join(this.folder, String(this.chunkHashes.length));
    this.file ??= await open(path, "wx", privateFileMode);
    await this.file.writeFile(part);
    this.hash.update(part);
    this.chunkHash.update(part);
    this.bytes += part.length;
    this.room -= part.length;
    if (this.room === 0) await this.endChunk();
  }

  private async endChunk(): Promise<void> {
    if (this.file === undefined) return;
    await this.file.sync();
    await this.close();
    this.chunkHashes.push(this.chunkHash.digest("hex"));
    this.chunkHash = createHash("sha256");
    this.room = maxChunkBytes;
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }
}
