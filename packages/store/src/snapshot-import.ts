import { assert, compareBytes, equalBytes, type Hash, toHex, utf8 } from "@stoa/std";
import type { BatchOperation } from "./backend.ts";
import { ByteWriter } from "./byte-writer.ts";
import { maxKeyBytes } from "./cache-store.ts";
import { appHashOf } from "./commit-info.ts";
import { StoreError } from "./errors.ts";
import { IavlNode } from "./iavl-node.ts";
import { IavlTree, nothingStored } from "./iavl-tree.ts";
import { type SnapshotItem, SnapshotItemReader } from "./snapshot-items.ts";
import { StoreKeys } from "./store-keys.ts";
import { encodeMeta, encodeRoots, type RecordedRoot } from "./version-record.ts";

/** An AVL tree of this height would hold more than 10^12 keys. */
const maxTreeHeight = 60;
/** Parts that wait for their sibling: in post-order those to the left of one path, and its end. */
const maxParts = maxTreeHeight + 1;

/** What {@link SnapshotImport} needs. */
export interface SnapshotImportParams {
  readonly hash: Hash;
  /** The stores that may be in it. */
  readonly names: readonly string[];
  /** Own key space in the backend, which holds nothing yet: that of the multistore to be. */
  readonly prefix: Uint8Array;
  /** The version that the snapshot is of. */
  readonly version: bigint;
}

/** A finished part of a tree: its top as it is stored, and the first and last key below. */
interface Part {
  readonly top: IavlNode;
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

/**
 * Makes a multistore's first version from a snapshot: node for node as it was, so that the app hash is the same. Nothing
 * of it is trusted: the shape of the trees, the order of keys and every size is checked on the way, the app hash in the
 * end. Memory: one item, and one path of one tree.
 */
export class SnapshotImport {
  private readonly params: SnapshotImportParams;
  private readonly version: number;
  private readonly keys: StoreKeys;
  private readonly reader = new SnapshotItemReader();
  private readonly writer = new ByteWriter();
  private readonly roots: RecordedRoot[] = [];
  private name: string | undefined;
  private parts: Part[] = [];
  private created = 0;

  constructor(params: SnapshotImportParams) {
    assert(params.version > 0n && params.version < 1n << 50n, "a snapshot's version is out of range");
    this.params = params;
    this.version = Number(params.version);
    this.keys = new StoreKeys(params.prefix);
  }

  /** Takes the next bytes of the stream, in pieces of any size; what they complete is to be written. Throws StoreError. */
  push(bytes: Uint8Array): BatchOperation[] {
    const operations: BatchOperation[] = [];
    for (const item of this.reader.push(bytes)) {
      if (item.kind === "store") this.begin(item.name);
      else operations.push(this.add(item));
    }
    return operations;
  }

  /**
   * The stream has ended: what makes its version the latest, for one last batch. Throws StoreError `snapshot` unless the
   * stores together have this app hash.
   */
  finish(appHash: Uint8Array): BatchOperation[] {
    this.reader.end();
    this.endStore();
    const { hash, version } = this.params;
    const found = appHashOf(hash, this.roots);
    if (!equalBytes(found, appHash)) {
      const hashes = `${toHex(found)}, not ${toHex(appHash)}`;
      throw new StoreError("snapshot", `the snapshot's state of version ${version} has the app hash ${hashes}`);
    }
    return [
      { type: "put", key: this.keys.version(this.version), value: encodeRoots(this.roots) },
      { type: "put", key: this.keys.meta(), value: encodeMeta({ latest: this.version, oldest: this.version }) },
    ];
  }

  private begin(name: string): void {
    this.endStore();
    if (!this.params.names.includes(name)) {
      throw new StoreError("names", `the snapshot has a store ${name} that this program does not know`);
    }
    const before = this.roots.at(-1)?.name;
    if (before !== undefined && compareBytes(utf8(before), utf8(name)) >= 0) {
      throw new StoreError("snapshot", `store ${name} comes after ${before} in the snapshot`);
    }
    this.name = name;
  }

  private endStore(): void {
    const { name, parts, created } = this;
    if (name === undefined) return;
    if (parts.length > 1) throw this.refusal(`its tree is in ${parts.length} parts`);
    const top = parts[0]?.top;
    const tree = new IavlTree(top, nothingStored);
    const node = top && { version: top.version, nonce: top.nonce };
    this.roots.push({ name, hash: tree.rootHash(this.params.hash), node, created });
    this.parts = [];
    this.created = 0;
    this.name = undefined;
  }

  private add(item: Extract<SnapshotItem, { kind: "node" }>): BatchOperation {
    const { key, version, height } = item;
    if (this.name === undefined) throw new StoreError("snapshot", "the snapshot begins with a node of no store");
    if (key.length === 0 || key.length > maxKeyBytes) throw this.refusal(`a key of ${key.length} bytes`);
    if (version < 1 || version > this.version) throw this.refusal(`a node of version ${version}`);
    if (height > maxTreeHeight) throw this.refusal(`a node of height ${height}`);
    const { node, first, last } = height === 0 ? this.leaf(item) : this.inner(item);
    node.seal(this.params.hash, nothingStored, this.writer);
    // Unique within the store, which is all that is asked of the number beside the version.
    node.nonce = ++this.created;
    const value = node.encode(this.writer);
    if (this.parts.length === maxParts) throw this.refusal(`more than ${maxParts} parts wait for an inner node`);
    // As it is read back: without its children, which are done with.
    this.parts.push({ top: IavlNode.decode(node, value), first, last });
    return { type: "put", key: this.keys.node(this.name, node), value };
  }

  private leaf({ key, value, version }: { key: Uint8Array; value: Uint8Array; version: number }) {
    const before = this.parts.at(-1);
    if (before !== undefined && compareBytes(before.last, key) >= 0) throw this.refusal("keys are not in order");
    const own = key.slice();
    return { node: IavlNode.leaf(own, value, version), first: own, last: own };
  }

  private inner(item: { key: Uint8Array; value: Uint8Array; version: number; height: number }) {
    const right = this.parts.pop();
    const left = this.parts.pop();
    if (left === undefined || right === undefined) throw this.refusal("an inner node lacks its children");
    const node = IavlNode.inner(right.first, left.top, right.top, item.version);
    const lean = left.top.height - right.top.height;
    if (node.height !== item.height || lean > 1 || lean < -1) throw this.refusal("a tree is out of balance");
    // The hash does not cover an inner node's key, on which every search relies.
    if (!equalBytes(item.key, right.first))
      throw this.refusal("an inner node does not name the first key to its right");
    if (item.value.length > 0) throw this.refusal("an inner node has a value");
    return { node, first: left.first, last: right.last };
  }

  private refusal(problem: string): StoreError {
    return new StoreError("snapshot", `store ${this.name} of the snapshot: ${problem}`);
  }
}
