import { compareBytes } from "@stoa/std";
import type { KeyRange } from "./backend.ts";

interface Node<V> {
  readonly key: Uint8Array;
  readonly value: V;
  readonly height: number;
  readonly left: Node<V> | undefined;
  readonly right: Node<V> | undefined;
}

type Tree<V> = Node<V> | undefined;

function heightOf<V>(tree: Tree<V>): number {
  return tree === undefined ? 0 : tree.height;
}

function join<V>(left: Tree<V>, key: Uint8Array, value: V, right: Tree<V>): Node<V> {
  const l = heightOf(left);
  const r = heightOf(right);
  return { key, value, left, right, height: 1 + (l > r ? l : r) };
}

/** Joins two trees whose heights differ by at most 2 (one insertion or removal) into a balanced one. */
function balanced<V>(left: Tree<V>, key: Uint8Array, value: V, right: Tree<V>): Node<V> {
  const difference = heightOf(left) - heightOf(right);
  if (difference > 1 && left !== undefined) {
    const inner = left.right;
    if (heightOf(left.left) >= heightOf(inner) || inner === undefined) {
      return join(left.left, left.key, left.value, join(inner, key, value, right));
    }
    const outer = join(left.left, left.key, left.value, inner.left);
    return join(outer, inner.key, inner.value, join(inner.right, key, value, right));
  }
  if (difference < -1 && right !== undefined) {
    const inner = right.left;
    if (heightOf(right.right) >= heightOf(inner) || inner === undefined) {
      return join(join(left, key, value, inner), right.key, right.value, right.right);
    }
    const outer = join(inner.right, right.key, right.value, right.right);
    return join(join(left, key, value, inner.left), inner.key, inner.value, outer);
  }
  return join(left, key, value, right);
}

function insert<V>(tree: Tree<V>, key: Uint8Array, value: V): Node<V> {
  if (tree === undefined) return { key, value, left: undefined, right: undefined, height: 1 };
  const order = compareBytes(key, tree.key);
  if (order === 0) return { ...tree, value };
  if (order < 0) return balanced(insert(tree.left, key, value), tree.key, tree.value, tree.right);
  return balanced(tree.left, tree.key, tree.value, insert(tree.right, key, value));
}

function smallest<V>(tree: Node<V>): Node<V> {
  let node = tree;
  while (node.left !== undefined) node = node.left;
  return node;
}

function remove<V>(tree: Tree<V>, key: Uint8Array): Tree<V> {
  if (tree === undefined) return undefined;
  const order = compareBytes(key, tree.key);
  if (order < 0) return balanced(remove(tree.left, key), tree.key, tree.value, tree.right);
  if (order > 0) return balanced(tree.left, tree.key, tree.value, remove(tree.right, key));
  if (tree.left === undefined) return tree.right;
  if (tree.right === undefined) return tree.left;
  const next = smallest(tree.right);
  return balanced(tree.left, next.key, next.value, remove(tree.right, next.key));
}

function* walk<V>(root: Tree<V>, range: KeyRange): Generator<readonly [Uint8Array, V]> {
  const { start, end, reverse = false } = range;
  const stack: Node<V>[] = [];
  // Descends to the first entry of the range, leaving the way back on the stack.
  const descend = (from: Tree<V>): void => {
    let node = from;
    while (node !== undefined) {
      const outside = reverse
        ? end !== undefined && compareBytes(node.key, end) >= 0
        : start !== undefined && compareBytes(node.key, start) < 0;
      if (outside) {
        node = reverse ? node.left : node.right;
      } else {
        stack.push(node);
        node = reverse ? node.right : node.left;
      }
    }
  };
  descend(root);
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (reverse) {
      if (start !== undefined && compareBytes(node.key, start) < 0) return;
    } else if (end !== undefined && compareBytes(node.key, end) >= 0) {
      return;
    }
    yield [node.key, node.value];
    descend(reverse ? node.left : node.right);
  }
}

/**
 * A map from bytes to values in byte order, balanced and persistent: a change copies one path and leaves every older
 * state as it was. So an iteration keeps the state it began with, whatever is written meanwhile.
 */
export class OrderedMap<V> {
  private root: Tree<V>;
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(key: Uint8Array): V | undefined {
    return this.find(key)?.value;
  }

  has(key: Uint8Array): boolean {
    return this.find(key) !== undefined;
  }

  set(key: Uint8Array, value: V): void {
    if (!this.has(key)) this.count++;
    this.root = insert(this.root, key, value);
  }

  delete(key: Uint8Array): void {
    if (!this.has(key)) return;
    this.count--;
    this.root = remove(this.root, key);
  }

  clear(): void {
    this.root = undefined;
    this.count = 0;
  }

  /** Entries of the range as they are now, in byte order or reversed. */
  iterate(range: KeyRange): IterableIterator<readonly [Uint8Array, V]> {
    return walk(this.root, range);
  }

  private find(key: Uint8Array): Node<V> | undefined {
    let node = this.root;
    while (node !== undefined) {
      const order = compareBytes(key, node.key);
      if (order === 0) return node;
      node = order < 0 ? node.left : node.right;
    }
    return undefined;
  }
}
