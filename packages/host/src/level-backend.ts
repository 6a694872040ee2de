import type { Backend, BatchOperation, Entry, KeyRange } from "@stoa/store";
import { StoreError } from "@stoa/store";
import type { ClassicLevel } from "classic-level";
import { messageOf, systemCode } from "./errors.ts";

type Bytes = Uint8Array;

// Blocks of the tree's inner nodes are read again and again; beyond this the gain is small and the memory is missed.
const cacheBytes = 32 * 1024 * 1024;
// Entries fetched at once by a scan: one trip to the thread pool each.
const scanStep = 500;

/**
 * A {@link Backend} on disk over LevelDB: synchronous reads, one writer, every write synced before it resolves. One
 * process at a time. Writes happen in the order of the calls. After a failed write LevelDB cannot tell what of its log
 * is whole, so every later write fails with the same error until the backend is opened again, which recovers.
 */
export class LevelBackend implements Backend {
  private readonly level: ClassicLevel<Bytes, Bytes>;
  private queue: Promise<void> = Promise.resolve();
  private failure: StoreError | undefined;

  private constructor(level: ClassicLevel<Bytes, Bytes>) {
    this.level = level;
  }

  /** Opens or makes the folder. Throws StoreError: `locked`, `corrupt`, `disk-full` or `io`. */
  static async open(folder: string): Promise<LevelBackend> {
    const options = { keyEncoding: "view", valueEncoding: "view", cacheSize: cacheBytes } as const;
    // Loaded by programs that open a database alone: the others start sooner.
    const library = await import("classic-level");
    const level = new library.ClassicLevel<Bytes, Bytes>(folder, options);
    try {
      await level.open();
    } catch (error) {
      throw levelError(error, `cannot open the database ${folder}`);
    }
    return new LevelBackend(level);
  }

  get(key: Bytes): Bytes | undefined {
    const value = this.level.getSync(key);
    return value === undefined ? undefined : plain(value);
  }

  iterate(range: KeyRange): AsyncIterableIterator<Entry> {
    // LevelDB takes its snapshot when the iterator is made, which is now.
    const iterator = this.level.iterator({
      ...(range.start === undefined ? {} : { gte: range.start }),
      ...(range.end === undefined ? {} : { lt: range.end }),
      reverse: range.reverse === true,
    });
    return scan(iterator);
  }

  write(batch: readonly BatchOperation[]): Promise<void> {
    const done = this.queue.then(() => this.writeNow(batch));
    this.queue = done.catch(() => undefined);
    return done;
  }

  /** Waits for writes that were begun, then lets the folder go. */
  async close(): Promise<void> {
    await this.queue;
    await this.level.close();
  }

  private async writeNow(batch: readonly BatchOperation[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (batch.length === 0) return;
    try {
      await this.level.batch([...batch], { sync: true });
    } catch (error) {
      this.failure = levelError(error, "cannot write to the database");
      throw this.failure;
    }
  }
}

/** The same bytes as a plain Uint8Array: a Buffer's `slice` shares memory, which pure code does not expect. */
function plain(bytes: Bytes): Bytes {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface LevelIterator {
  nextv(size: number): Promise<[Bytes, Bytes][]>;
  close(): Promise<void>;
}

async function* scan(iterator: LevelIterator): AsyncGenerator<Entry> {
  try {
    for (;;) {
      const entries = await iterator.nextv(scanStep);
      if (entries.length === 0) return;
      for (const [key, value] of entries) yield [plain(key), plain(value)];
    }
  } finally {
    await iterator.close();
  }
}

/** The system's words for a full disk or quota, which LevelDB passes on as text only. */
const diskFull = /no space left on device|disk quota exceeded|file too large/i;

/** The error and its causes, innermost last; bounded, since a cause may be its own. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let each = error; each !== undefined && chain.length < 5; ) {
    chain.push(each);
    each = each instanceof Error ? each.cause : undefined;
  }
  return chain;
}

/** A StoreError for what LevelDB threw. */
export function levelError(error: unknown, doing: string): StoreError {
  const chain = causes(error);
  const reason = messageOf(chain.at(-1));
  const is = (code: string): boolean => chain.some((each) => systemCode(each) === code);
  const options = { cause: error };
  if (chain.some((each) => diskFull.test(messageOf(each)))) {
    return new StoreError(
      "disk-full",
      `${doing}: the disk is full; free some space and start again (${reason})`,
      options,
    );
  }
  if (is("LEVEL_LOCKED")) return new StoreError("locked", `${doing}: another process uses it (${reason})`, options);
  if (is("LEVEL_CORRUPTION")) return new StoreError("corrupt", `${doing}: it is damaged (${reason})`, options);
  return new StoreError("io", `${doing}: ${reason}`, options);
}
