import { compareBytes, emptyBytes, equalBytes, type Hash } from "@stoa/std";
import type { Entry, KeyRange } from "./backend.ts";
import { StoreError } from "./errors.ts";
import { hashOf, type IavlNode, type LoadNode } from "./iavl-node.ts";
import type { KVReader } from "./kv.ts";

/** A loader for trees that live in memory only. */
export const nothingStored: LoadNode = (id) => {
  throw new StoreError("corrupt", `tree node ${id.version}/${id.nonce} is missing`);
};

/** One state of a tree (base-chain.md §3.3): immutable, readable, its nodes loaded when they are first needed. */
export class IavlTree implements KVReader {
  readonly root: IavlNode | undefined;
  readonly load: LoadNode;

  constructor(root: IavlNode | undefined, load: LoadNode) {
    this.root = root;
    this.load = load;
  }

  /** Number of keys. */
  get size(): number {
    return this.root?.size ?? 0;
  }

  get height(): number {
    return this.root?.height ?? 0;
  }

  /** The root hash; of an empty tree, the hash of nothing. */
  rootHash(hash: Hash): Uint8Array {
    return this.root === undefined ? hash.sha256(emptyBytes) : hashOf(this.root);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    let node = this.root;
    if (node === undefined) return undefined;
    while (node.height > 0) {
      node = compareBytes(key, node.key) < 0 ? node.left(this.load) : node.right(this.load);
    }
    return equalBytes(node.key, key) ? node.value : undefined;
  }

  has(key: Uint8Array): boolean {
    return this.get(key) !== undefined;
  }

  iterate(range: KeyRange): IterableIterator<Entry> {
    return walk(this, range);
  }

  /** All nodes, children before their parent, left before right: the order of state-sync snapshots (§3.6). Keeps one path. */
  nodesPostOrder(): IterableIterator<IavlNode> {
    return postOrder(this.root, this.load);
  }
}

function* walk(tree: IavlTree, range: KeyRange): Generator<Entry> {
  const { start, end, reverse = false } = range;
  const stack: IavlNode[] = tree.root === undefined ? [] : [tree.root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.value !== undefined) {
      if (start !== undefined && compareBytes(node.key, start) < 0) continue;
      if (end !== undefined && compareBytes(node.key, end) >= 0) continue;
      yield [node.key, node.value];
      continue;
    }
    // The key of an inner node is the smallest of its right side.
    const wantsLeft = start === undefined || compareBytes(start, node.key) < 0;
    const wantsRight = end === undefined || compareBytes(end, node.key) > 0;
    if (reverse) {
      if (wantsLeft) stack.push(node.left(tree.load));
      if (wantsRight) stack.push(node.right(tree.load));
    } else {
      if (wantsRight) stack.push(node.right(tree.load));
      if (wantsLeft) stack.push(node.left(tree.load));
    }
  }
}

function* postOrder(root: IavlNode | undefined, load: LoadNode): Generator<IavlNode> {
  const path: { readonly node: IavlNode; next: "left" | "right" | "itself" }[] = [];
  const enter = (node: IavlNode): void => void path.push({ node, next: node.height > 0 ? "left" : "itself" });
  if (root !== undefined) enter(root);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const side = top.next;
    if (side === "itself") {
      path.pop();
      yield top.node;
    } else {
      top.next = side === "left" ? "right" : "itself";
      enter(top.node.glance(side, load));
    }
  }
}
