import { assert, compareBytes, type Hash } from "@stoa/std";
import { ByteWriter } from "./byte-writer.ts";
import { IavlNode, type LoadNode, type NodeId } from "./iavl-node.ts";
import { IavlTree } from "./iavl-tree.ts";

/** What an edit made: the new tree, its new nodes (children first, numbered from 1), and the stored nodes it no longer uses. */
export interface EditResult {
  readonly tree: IavlTree;
  readonly created: readonly IavlNode[];
  readonly orphans: readonly NodeId[];
}

/**
 * The next version of a tree in the making. The base stays as it is: touched nodes are copied once, then changed in
 * place. The order of operations fixes the shape and so the root (base-chain.md §3.3).
 */
export class IavlEdit {
  private root: IavlNode | undefined;
  private readonly load: LoadNode;
  private readonly version: number;
  private readonly orphans: NodeId[] = [];
  private finished = false;

  constructor(base: IavlTree, version: number) {
    assert(Number.isSafeInteger(version) && version > 0, "a tree's version is a positive integer");
    this.root = base.root;
    this.load = base.load;
    this.version = version;
  }

  /** The state so far, as a tree whose fresh nodes have no hash yet. */
  working(): IavlTree {
    return new IavlTree(this.root, this.load);
  }

  /** Writes a key; true if it was there. Writing the same value again still renews the path. */
  set(key: Uint8Array, value: Uint8Array): boolean {
    assert(!this.finished, "the edit is finished");
    if (this.root === undefined) {
      this.root = IavlNode.leaf(key, value, this.version);
      return false;
    }
    const size = this.root.size;
    this.root = this.insert(this.root, key, value);
    return this.root.size === size;
  }

  /** Removes a key; its value, or undefined if it was not there (then nothing changes). */
  remove(key: Uint8Array): Uint8Array | undefined {
    assert(!this.finished, "the edit is finished");
    const old = this.working().get(key);
    if (old === undefined || this.root === undefined) return undefined;
    this.root = this.cut(this.root, key).node;
    return old;
  }

  /** Hashes and numbers the new nodes. The edit is over. */
  finish(hash: Hash): EditResult {
    assert(!this.finished, "the edit is finished");
    this.finished = true;
    const created: IavlNode[] = [];
    if (this.root !== undefined && this.root.nonce === 0) this.seal(this.root, hash, created, new ByteWriter());
    return { tree: new IavlTree(this.root, this.load), created, orphans: this.orphans };
  }

  private seal(node: IavlNode, hash: Hash, created: IavlNode[], writer: ByteWriter): void {
    for (const child of node.freshChildren()) this.seal(child, hash, created, writer);
    node.seal(hash, this.load, writer);
    node.nonce = created.push(node);
  }

  private retire(node: IavlNode): void {
    if (node.nonce > 0) this.orphans.push({ version: node.version, nonce: node.nonce });
  }

  /** The node itself if this edit made it, else a copy that replaces it. */
  private own(node: IavlNode): IavlNode {
    if (node.nonce === 0) return node;
    this.retire(node);
    return node.freshCopy(this.version);
  }

  private insert(node: IavlNode, key: Uint8Array, value: Uint8Array): IavlNode {
    if (node.height === 0) {
      const leaf = IavlNode.leaf(key, value, this.version);
      const order = compareBytes(key, node.key);
      if (order === 0) {
        this.retire(node);
        return leaf;
      }
      return order < 0
        ? IavlNode.inner(node.key, leaf, node, this.version)
        : IavlNode.inner(key, node, leaf, this.version);
    }
    const own = this.own(node);
    const before = own.size;
    if (compareBytes(key, own.key) < 0) own.setLeft(this.insert(own.left(this.load), key, value));
    else own.setRight(this.insert(own.right(this.load), key, value));
    own.measure(own.left(this.load), own.right(this.load));
    return own.size === before ? own : this.balance(own);
  }

  /**
   * Removes a key that is there. `node` is what takes the place (undefined: nothing), `nextKey` the key that an ancestor
   * whose right side began with the removed leaf must take instead.
   */
  private cut(node: IavlNode, key: Uint8Array): { node: IavlNode | undefined; nextKey: Uint8Array | undefined } {
    if (node.height === 0) {
      this.retire(node);
      return { node: undefined, nextKey: undefined };
    }
    if (compareBytes(key, node.key) < 0) {
      const { node: left, nextKey } = this.cut(node.left(this.load), key);
      if (left === undefined) {
        this.retire(node);
        return { node: node.right(this.load), nextKey: node.key };
      }
      const own = this.own(node);
      own.setLeft(left);
      own.measure(left, own.right(this.load));
      return { node: this.balance(own), nextKey };
    }
    const { node: right, nextKey } = this.cut(node.right(this.load), key);
    if (right === undefined) {
      this.retire(node);
      return { node: node.left(this.load), nextKey: undefined };
    }
    const own = this.own(node);
    own.setRight(right);
    if (nextKey !== undefined) own.key = nextKey;
    own.measure(own.left(this.load), right);
    return { node: this.balance(own), nextKey: undefined };
  }

  private lean(node: IavlNode): number {
    return node.left(this.load).height - node.right(this.load).height;
  }

  /** Rotates a fresh node whose sides differ by 2; on a tie of the taller child the single rotation. */
  private balance(node: IavlNode): IavlNode {
    const lean = this.lean(node);
    if (lean > 1) {
      const left = node.left(this.load);
      if (this.lean(left) < 0) node.setLeft(this.rotateLeft(this.own(left)));
      return this.rotateRight(node);
    }
    if (lean < -1) {
      const right = node.right(this.load);
      if (this.lean(right) > 0) node.setRight(this.rotateRight(this.own(right)));
      return this.rotateLeft(node);
    }
    return node;
  }

  private rotateRight(node: IavlNode): IavlNode {
    const top = this.own(node.left(this.load));
    node.setLeft(top.right(this.load));
    top.setRight(node);
    this.remeasure(node);
    this.remeasure(top);
    return top;
  }

  private rotateLeft(node: IavlNode): IavlNode {
    const top = this.own(node.right(this.load));
    node.setRight(top.left(this.load));
    top.setLeft(node);
    this.remeasure(node);
    this.remeasure(top);
    return top;
  }

  private remeasure(node: IavlNode): void {
    node.measure(node.left(this.load), node.right(this.load));
  }
}
