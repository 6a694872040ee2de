import { type Hash, Prng } from "@stoa/std";
import { type Change, MultiStore, type PreparedCommit } from "./index.ts";
import { MemoryBackend } from "./memory-backend.ts";

interface Context {
  readonly runs: number | undefined;
  readonly cpuMs: () => number;
  readonly hash: Hash;
  readonly memoryInUse: () => number;
  readonly progress: (text: string) => void;
}

const runsDefault = 10;
/** Sizes of the tree: a young chain's, and a busy one's. */
const sizes = [100_000, 1_000_000] as const;
const updates = 5_000;
const reads = 50_000;
const keyBytes = 21;
const valueBytes = 100;
/** Keys that are put in at once while the tree grows. */
const fillBatch = 50_000;
const store = "bank";
const seed = 20_261_121n;

/** Keys of an account's balance: spread evenly, each told by its number. */
class Keys {
  private readonly hash: Hash;

  constructor(hash: Hash) {
    this.hash = hash;
  }

  at(index: number): Uint8Array {
    const number = new Uint8Array(8);
    new DataView(number.buffer).setBigUint64(0, BigInt(index));
    return this.hash.sha256(number).subarray(0, keyBytes).slice();
  }
}

/** A value that no other key and no other version has. */
function contentOf(index: number, version: number): Uint8Array {
  const value = new Uint8Array(valueBytes);
  const view = new DataView(value.buffer);
  view.setUint32(0, index);
  view.setUint32(4, version);
  return value;
}

function compare(a: Change, b: Change): number {
  for (let i = 0; i < keyBytes; i++) {
    const difference = (a.key[i] as number) - (b.key[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The tree alone keeps its nodes: a backend that forgets, so that memory is the tree's own. */
class Forgetful extends MemoryBackend {
  override write(): Promise<void> {
    return Promise.resolve();
  }
}

class Tree {
  readonly stores: MultiStore;
  private readonly keys: Keys;
  private readonly prng = new Prng(seed);

  constructor(hash: Hash) {
    this.keys = new Keys(hash);
    this.stores = MultiStore.open({
      backend: new Forgetful(),
      hash,
      names: [store],
      prefix: new Uint8Array(),
      keepVersions: 1n,
    });
  }

  private changes(indexes: ReadonlySet<number>): readonly Change[] {
    const version = Number(this.stores.version);
    return [...indexes].map((index) => ({ key: this.keys.at(index), value: contentOf(index, version) })).sort(compare);
  }

  fill(from: number, to: number): void {
    const indexes = new Set(Array.from({ length: to - from }, (_, i) => from + i));
    this.stores.apply(this.prepare(this.changes(indexes)));
  }

  prepare(changes: readonly Change[]): PreparedCommit {
    return this.stores.prepare(this.stores.version + 1n, new Map([[store, changes]]));
  }

  randomUpdates(size: number): readonly Change[] {
    const indexes = new Set<number>();
    while (indexes.size < updates) indexes.add(this.prng.below(size));
    return this.changes(indexes);
  }

  randomKeys(size: number): readonly Uint8Array[] {
    return Array.from({ length: reads }, () => this.keys.at(this.prng.below(size)));
  }
}

interface Sized {
  readonly size: number;
  readonly commitMs: readonly number[];
  readonly readsPerSecond: number;
  readonly bytesPerLeaf: number;
  readonly nodes: number;
}

function measure(context: Context, size: number, runs: number): Sized {
  const { cpuMs, memoryInUse, progress } = context;
  const before = memoryInUse();
  const tree = new Tree(context.hash);
  for (let from = 0; from < size; from += fillBatch) tree.fill(from, Math.min(size, from + fillBatch));
  // The view before the last is kept for queries: two more versions let go of what filling left.
  for (let i = 0; i < 2; i++) tree.stores.apply(tree.prepare([]));
  const bytesPerLeaf = Math.round((memoryInUse() - before) / size);
  progress(`${size} keys are in`);
  const commitMs: number[] = [];
  let nodes = 0;
  for (let i = -1; i < runs; i++) {
    const changes = tree.randomUpdates(size);
    const started = cpuMs();
    const prepared = tree.prepare(changes);
    tree.stores.apply(prepared);
    if (i < 0) continue;
    commitMs.push(cpuMs() - started);
    nodes = prepared.operations.length;
  }
  const keys = tree.randomKeys(size);
  const reader = tree.stores.reader(store);
  const started = cpuMs();
  let found = 0;
  for (const key of keys) if (reader.get(key) !== undefined) found++;
  const readMs = cpuMs() - started;
  if (found !== keys.length) throw new Error(`${keys.length - found} keys are missing`);
  return { size, commitMs, readsPerSecond: Math.round((reads / readMs) * 1000), bytesPerLeaf, nodes };
}

async function run(context: Context) {
  const runs = context.runs ?? runsDefault;
  const results = sizes.map((size) => measure(context, size, runs));
  const name = (size: number): string => `10^${Math.round(Math.log10(size))} keys`;
  return {
    conditions: { updates, keyBytes, valueBytes, backend: "none: all nodes in memory", runs },
    series: Object.fromEntries(
      results.map(({ size, commitMs }) => [name(size), { unit: "CPU ms", samples: commitMs }]),
    ),
    figures: Object.fromEntries(
      results.flatMap(({ size, readsPerSecond, bytesPerLeaf, nodes }) => [
        [`${name(size)}, reads`, { unit: "reads a CPU s", value: readsPerSecond }],
        [`${name(size)}, memory`, { unit: "B/leaf", value: bytesPerLeaf }],
        [`${name(size)}, nodes written`, { unit: "of 5,000 updates", value: nodes }],
      ]),
    ),
  };
}

export const bench = {
  about: "5,000 random updates with all hashes, reads and memory of the versioned tree at 10^5 and 10^6 keys",
  run,
};
