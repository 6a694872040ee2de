import { assert, compareBytes, emptyBytes, type Hash, utf8 } from "@stoa/std";
import type { Backend, BatchOperation } from "./backend.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { Change } from "./cache-store.ts";
import { appHashOf, proveStore } from "./commit-info.ts";
import { StoreError } from "./errors.ts";
import { IavlEdit } from "./iavl-edit.ts";
import { IavlNode, type LoadNode } from "./iavl-node.ts";
import { IavlTree } from "./iavl-tree.ts";
import { proveKey } from "./ics23.ts";
import type { KVReader } from "./kv.ts";
import { writeSnapshotItems } from "./snapshot-items.ts";
import { StoreKeys } from "./store-keys.ts";
import {
  decodeMeta,
  decodeOrphans,
  decodeRoots,
  encodeMeta,
  encodeOrphans,
  encodeRoots,
  type RecordedRoot,
} from "./version-record.ts";

/** One committed version of all stores. */
export interface VersionView {
  readonly version: bigint;
  readonly appHash: Uint8Array;
  /** Root hash of every store. */
  readonly roots: readonly RecordedRoot[];
  /** The store of that name; asking for a name that was not opened is a bug. */
  reader(name: string): KVReader;
}

/** A version computed but not yet written: see {@link MultiStore.prepare}. */
export interface PreparedCommit {
  readonly version: bigint;
  readonly appHash: Uint8Array;
  /** What the backend must hold before {@link MultiStore.apply}: for one atomic batch, with whatever belongs to it. */
  readonly operations: readonly BatchOperation[];
}

/** A version's snapshot (base-chain.md §3.6), not compressed. While it is open the version is not pruned. */
export interface SnapshotExport {
  readonly appHash: Uint8Array;
  /** Length-delimited items, one at a time: to be taken in slices, between and beside commits. */
  readonly items: IterableIterator<Uint8Array>;
  /** Lets go of the version. */
  close(): void;
}

/** One ICS-23 proof as `abci_query` carries it (base-chain.md §3.5). */
export interface ProofOp {
  readonly type: "ics23:iavl" | "ics23:simple";
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

/** A value (undefined: proven absent) and its two proofs: key in store, store in app hash. */
export interface ProvenValue {
  readonly value: Uint8Array | undefined;
  readonly ops: readonly [ProofOp, ProofOp];
}

// Views of older versions kept open for queries: each holds the nodes it has loaded.
const maxOpenViews = 8;
// Versions pruned in one commit when fewer are kept than before: bounds the batch.
const maxPrunedPerCommit = 64;
const maxNameBytes = 128;

class View implements VersionView {
  readonly version: bigint;
  readonly appHash: Uint8Array;
  readonly roots: readonly RecordedRoot[];
  private readonly trees: ReadonlyMap<string, IavlTree>;

  constructor(version: bigint, hash: Hash, roots: readonly RecordedRoot[], trees: ReadonlyMap<string, IavlTree>) {
    this.version = version;
    this.roots = roots;
    this.trees = trees;
    // Before the first commit there is nothing to hash: header 1 carries the hash of nothing (base-chain.md, InitChain).
    this.appHash = version === 0n ? hash.sha256(emptyBytes) : appHashOf(hash, roots);
  }

  reader(name: string): IavlTree {
    const tree = this.trees.get(name);
    assert(tree !== undefined, `there is no store ${name}`);
    return tree;
  }
}

interface Prepared extends PreparedCommit {
  readonly base: View;
  readonly next: View;
  readonly oldest: number;
}

/**
 * Named IAVL trees that are committed together (base-chain.md §3): the latest version and some older ones are readable,
 * also after a restart. Computing a version (`prepare`) and making it the latest (`apply`) are apart, so that the caller
 * writes the state in one atomic batch with everything else that belongs to the block.
 */
export class MultiStore {
  private readonly backend: Backend;
  private readonly hash: Hash;
  private readonly names: readonly string[];
  private readonly keys: StoreKeys;
  private readonly keepVersions: number;
  private readonly firstVersion: bigint;
  private latest: View;
  private oldest: number;
  private readonly openViews = new Map<bigint, View>();
  /** Versions that are being exported. */
  private readonly held = new Set<{ readonly version: number }>();

  private constructor(params: OpenParams) {
    this.backend = params.backend;
    this.hash = params.hash;
    this.names = params.names;
    this.keys = new StoreKeys(params.prefix);
    // One at least: pruning reads what the version before the next one recorded.
    this.keepVersions = Math.max(1, Number(params.keepVersions));
    this.firstVersion = params.initialVersion ?? 1n;
    const stored = this.backend.get(this.keys.meta());
    const meta = stored === undefined ? { latest: 0, oldest: 0 } : decodeMeta(stored);
    this.oldest = meta.oldest;
    this.latest = meta.latest === 0 ? this.emptyView() : this.loadView(meta.latest);
  }

  /**
   * Opens what the backend holds below `prefix` (nothing: version 0). `keepVersions` older versions stay readable
   * besides the latest (at least one); `initialVersion` is the first version of a new store. A name that the backend does not know
   * begins empty; a store on the backend that is not named is refused (StoreError `names`).
   */
  static open(params: OpenParams): MultiStore {
    assert(params.keepVersions >= 0n && params.keepVersions < 1n << 50n, "keepVersions is out of range");
    assert(new Set(params.names).size === params.names.length, "a store is named twice");
    for (const name of params.names) {
      assert(name.length > 0 && utf8(name).length <= maxNameBytes, `store name ${name} is empty or too long`);
    }
    return new MultiStore(params);
  }

  /** Latest committed version; 0 before the first. */
  get version(): bigint {
    return this.latest.version;
  }

  /** App hash of the latest committed version; before the first, the hash of nothing. */
  get appHash(): Uint8Array {
    return this.latest.appHash;
  }

  /** Oldest version that `at` still answers; 0 before the first commit. */
  get oldestVersion(): bigint {
    return BigInt(this.oldest);
  }

  /** A store as last committed. It stays at that version: ask again after a commit. */
  reader(name: string): KVReader {
    return this.latest.reader(name);
  }

  /** A committed version that is still kept, or undefined. Reading it later fails if it was pruned meanwhile. */
  at(version: bigint): VersionView | undefined {
    return this.viewAt(version);
  }

  /**
   * Computes the next version: the first one, or the latest plus 1. Changes must be in ascending key order, as
   * {@link CacheStore.changes} gives them. Alters nothing and can be repeated.
   */
  prepare(version: bigint, changes: ReadonlyMap<string, readonly Change[]>): PreparedCommit {
    const base = this.latest;
    const expected = base.version === 0n ? this.firstVersion : base.version + 1n;
    if (version !== expected) {
      throw new StoreError("version", `cannot prepare version ${version}: the next one is ${expected}`);
    }
    for (const name of changes.keys()) assert(this.names.includes(name), `there is no store ${name}`);
    const number = Number(version);
    const operations: BatchOperation[] = [];
    const trees = new Map<string, IavlTree>();
    const roots: RecordedRoot[] = [];
    const orphans = [];
    const writer = new ByteWriter();
    for (const name of this.names) {
      const edit = new IavlEdit(base.reader(name), number);
      for (const change of changes.get(name) ?? []) {
        if (change.value === undefined) edit.remove(change.key);
        else edit.set(change.key, change.value);
      }
      const result = edit.finish(this.hash);
      for (const node of result.created) {
        operations.push({ type: "put", key: this.keys.node(name, node), value: node.encode(writer) });
      }
      if (result.orphans.length > 0) orphans.push({ name, nodes: result.orphans });
      const { root } = result.tree;
      trees.set(name, new IavlTree(root, this.loader(name, number)));
      const node = root === undefined ? undefined : { version: root.version, nonce: root.nonce };
      roots.push({ name, hash: result.tree.rootHash(this.hash), node, created: result.created.length });
    }
    const oldest = this.prune(number, operations);
    operations.push({ type: "put", key: this.keys.orphans(number), value: encodeOrphans(orphans) });
    operations.push({ type: "put", key: this.keys.version(number), value: encodeRoots(roots) });
    operations.push({ type: "put", key: this.keys.meta(), value: encodeMeta({ latest: number, oldest }) });
    const next = new View(version, this.hash, roots, trees);
    const prepared: Prepared = { version, appHash: next.appHash, operations, base, next, oldest };
    return prepared;
  }

  /** Makes a prepared version the latest, after its operations are durable. */
  apply(prepared: PreparedCommit): void {
    assert(isPrepared(prepared) && prepared.base === this.latest, "the prepared version does not follow the latest");
    const previous = this.latest;
    this.latest = prepared.next;
    this.oldest = prepared.oldest;
    if (previous.version > 0n) this.remember(previous);
    for (const version of this.openViews.keys()) {
      if (version < BigInt(this.oldest)) this.openViews.delete(version);
    }
  }

  /** Value and proofs of a key at a kept version; undefined if the version is not kept. */
  prove(version: bigint, name: string, key: Uint8Array): ProvenValue | undefined {
    const view = this.viewAt(version);
    if (view === undefined) return undefined;
    const tree = view.reader(name);
    return {
      value: tree.get(key),
      ops: [
        { type: "ics23:iavl", key, data: proveKey(tree, key) },
        { type: "ics23:simple", key: utf8(name), data: proveStore(this.hash, view.roots, name) },
      ],
    };
  }

  /** Begins a snapshot of a kept version; undefined if the version is not kept. It must be closed. */
  exportSnapshot(version: bigint): SnapshotExport | undefined {
    const view = this.viewAt(version);
    if (view === undefined) return undefined;
    const hold = { version: Number(version) };
    this.held.add(hold);
    const names = view.roots.map(({ name }) => name).sort((a, b) => compareBytes(utf8(a), utf8(b)));
    const stores = names.map((name) => ({ name, tree: view.reader(name) }));
    return { appHash: view.appHash, items: writeSnapshotItems(stores), close: () => void this.held.delete(hold) };
  }

  /** Adds the removal of versions that are no longer kept; returns the oldest that remains. */
  private prune(next: number, operations: BatchOperation[]): number {
    if (this.oldest === 0) return next;
    const keepFrom = next - this.keepVersions;
    let oldest = this.oldest;
    const held = [...this.held].map(({ version }) => version);
    const last = Math.min(keepFrom, oldest + maxPrunedPerCommit, ...held);
    for (; oldest < last && oldest < next - 1; oldest++) {
      // What its successor stopped using, no later version uses either.
      const dead = this.backend.get(this.keys.orphans(oldest + 1));
      for (const { name, nodes } of dead === undefined ? [] : decodeOrphans(dead)) {
        for (const id of nodes) operations.push({ type: "del", key: this.keys.node(name, id) });
      }
      operations.push({ type: "del", key: this.keys.orphans(oldest + 1) });
      operations.push({ type: "del", key: this.keys.version(oldest) });
    }
    return oldest;
  }

  private viewAt(version: bigint): View | undefined {
    if (version === this.latest.version) return version === 0n ? undefined : this.latest;
    if (version < BigInt(this.oldest) || version > this.latest.version || version <= 0n) return undefined;
    const open = this.openViews.get(version) ?? this.loadView(Number(version));
    this.remember(open);
    return open;
  }

  private remember(view: View): void {
    this.openViews.delete(view.version);
    this.openViews.set(view.version, view);
    for (const version of this.openViews.keys()) {
      if (this.openViews.size <= maxOpenViews) break;
      this.openViews.delete(version);
    }
  }

  private emptyView(): View {
    const trees = new Map<string, IavlTree>();
    const roots: RecordedRoot[] = [];
    for (const name of this.names) {
      const tree = new IavlTree(undefined, this.loader(name, 0));
      trees.set(name, tree);
      roots.push({ name, hash: tree.rootHash(this.hash), node: undefined, created: 0 });
    }
    return new View(0n, this.hash, roots, trees);
  }

  private loadView(version: number): View {
    const stored = this.backend.get(this.keys.version(version));
    if (stored === undefined) throw new StoreError("corrupt", `the roots of version ${version} are missing`);
    const roots = decodeRoots(stored);
    const trees = new Map<string, IavlTree>();
    for (const root of roots) {
      if (!this.names.includes(root.name)) {
        throw new StoreError("names", `the state has a store ${root.name} that this program does not know`);
      }
      const load = this.loader(root.name, version);
      trees.set(root.name, new IavlTree(root.node === undefined ? undefined : load(root.node), load));
    }
    // A store that is new since then: empty, and not among the roots of that version.
    for (const name of this.names) {
      if (!trees.has(name)) trees.set(name, new IavlTree(undefined, this.loader(name, version)));
    }
    return new View(BigInt(version), this.hash, roots, trees);
  }

  /** Loads a store's nodes for one version's view. */
  private loader(name: string, version: number): LoadNode {
    return (id) => {
      const stored = this.backend.get(this.keys.node(name, id));
      if (stored !== undefined) return IavlNode.decode(id, stored);
      if (version < this.oldest) {
        throw new StoreError("version", `version ${version} was pruned while it was being read`);
      }
      throw new StoreError("corrupt", `node ${id.version}/${id.nonce} of store ${name} is missing`);
    };
  }
}

/** What {@link MultiStore.open} needs. */
export interface OpenParams {
  readonly backend: Backend;
  readonly hash: Hash;
  readonly names: readonly string[];
  /** Own key space in the backend. */
  readonly prefix: Uint8Array;
  readonly keepVersions: bigint;
  readonly initialVersion?: bigint;
}

function isPrepared(commit: PreparedCommit): commit is Prepared {
  return "base" in commit && "next" in commit && "oldest" in commit;
}
