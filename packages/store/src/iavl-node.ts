import { assert, type Hash } from "@stoa/std";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";

/** Where a node is stored: the version that created it and its number within that version, from 1. */
export interface NodeId {
  readonly version: number;
  readonly nonce: number;
}

/** Reads a stored node. */
export type LoadNode = (id: NodeId) => IavlNode;

/** Where a child is: in memory, or still on the backend. */
export type Child = IavlNode | NodeId;

/**
 * A node of the tree of base-chain.md §3.3. A leaf has a value and height 0. A node is fresh while its nonce is 0: then
 * it belongs to one edit, which may change it; once numbered it never changes again (but for remembering loaded children).
 */
export class IavlNode {
  key: Uint8Array;
  readonly value: Uint8Array | undefined;
  readonly version: number;
  nonce = 0;
  height: number;
  /** Leaves below, itself included. */
  size: number;
  hash: Uint8Array | undefined;
  private leftChild: Child | undefined;
  private rightChild: Child | undefined;

  private constructor(params: {
    key: Uint8Array;
    value?: Uint8Array;
    version: number;
    height: number;
    size: number;
    left?: Child;
    right?: Child;
  }) {
    this.key = params.key;
    this.value = params.value;
    this.version = params.version;
    this.height = params.height;
    this.size = params.size;
    this.leftChild = params.left;
    this.rightChild = params.right;
  }

  static leaf(key: Uint8Array, value: Uint8Array, version: number): IavlNode {
    return new IavlNode({ key, value, version, height: 0, size: 1 });
  }

  static inner(key: Uint8Array, left: IavlNode, right: IavlNode, version: number): IavlNode {
    const node = new IavlNode({ key, version, height: 0, size: 0, left, right });
    node.measure(left, right);
    return node;
  }

  /** A fresh inner node with the same key and children. */
  freshCopy(version: number): IavlNode {
    assert(this.leftChild !== undefined && this.rightChild !== undefined, "only inner nodes are copied");
    const { key, height, size, leftChild: left, rightChild: right } = this;
    return new IavlNode({ key, version, height, size, left, right });
  }

  left(load: LoadNode): IavlNode {
    const child = this.leftChild;
    if (child instanceof IavlNode) return child;
    assert(child !== undefined, "a leaf has no left child");
    const node = load(child);
    this.leftChild = node;
    return node;
  }

  right(load: LoadNode): IavlNode {
    const child = this.rightChild;
    if (child instanceof IavlNode) return child;
    assert(child !== undefined, "a leaf has no right child");
    const node = load(child);
    this.rightChild = node;
    return node;
  }

  /** A child, without remembering it if it had to be loaded: a walk over a whole tree keeps one path in memory. */
  glance(side: "left" | "right", load: LoadNode): IavlNode {
    const child = side === "left" ? this.leftChild : this.rightChild;
    assert(child !== undefined, "a leaf has no children");
    return child instanceof IavlNode ? child : load(child);
  }

  setLeft(node: IavlNode): void {
    assert(this.nonce === 0, "a stored node does not change");
    this.leftChild = node;
  }

  setRight(node: IavlNode): void {
    assert(this.nonce === 0, "a stored node does not change");
    this.rightChild = node;
  }

  measure(left: IavlNode, right: IavlNode): void {
    this.height = 1 + Math.max(left.height, right.height);
    this.size = left.size + right.size;
  }

  /** The fresh children, left first: those that an edit made and that are not yet hashed. */
  freshChildren(): IavlNode[] {
    const fresh: IavlNode[] = [];
    for (const child of [this.leftChild, this.rightChild]) {
      if (child instanceof IavlNode && child.nonce === 0) fresh.push(child);
    }
    return fresh;
  }

  /** Computes the hash; the children's must be known. */
  seal(hash: Hash, load: LoadNode, writer: ByteWriter): void {
    if (this.value === undefined) {
      this.writeHead(writer.reset())
        .prefixed(hashOf(this.left(load)))
        .prefixed(hashOf(this.right(load)));
    } else {
      const valueHash = hash.sha256(this.value);
      this.writeHead(writer.reset()).prefixed(this.key).prefixed(valueHash);
    }
    this.hash = hash.sha256(writer.view());
  }

  /**
   * Height, size and version: what precedes key and value, or the children, in the pre-image of the hash (base-chain.md
   * §3.3) and so in the operations of an ICS-23 proof.
   */
  head(): Uint8Array {
    return this.writeHead(new ByteWriter()).take();
  }

  private writeHead(writer: ByteWriter): ByteWriter {
    return writer.varint(this.height).varint(this.size).varint(this.version);
  }

  /** Our stored form: height, key, hash, then a leaf's value or an inner node's size and children. */
  encode(writer: ByteWriter): Uint8Array {
    writer.reset().uvarint(this.height).prefixed(this.key).bytes(hashOf(this));
    if (this.value !== undefined) return writer.bytes(this.value).take();
    writer.uvarint(this.size);
    for (const child of [this.leftChild, this.rightChild]) {
      assert(child !== undefined && child.nonce > 0, "an inner node is stored after its children");
      writer.uvarint(child.version).uvarint(child.nonce);
    }
    return writer.take();
  }

  /** Reads {@link IavlNode.encode}'s form. Throws StoreError `corrupt`. */
  static decode(id: NodeId, bytes: Uint8Array): IavlNode {
    const reader = new ByteReader(bytes);
    const height = reader.uvarint();
    const key = reader.take(reader.uvarint());
    const hash = reader.take(hashBytes);
    const { version } = id;
    let node: IavlNode;
    if (height === 0) {
      node = new IavlNode({ key, value: reader.rest(), version, height, size: 1 });
    } else {
      const size = reader.uvarint();
      const left = { version: reader.uvarint(), nonce: reader.uvarint() };
      const right = { version: reader.uvarint(), nonce: reader.uvarint() };
      node = new IavlNode({ key, version, height, size, left, right });
    }
    node.hash = hash;
    node.nonce = id.nonce;
    return node;
  }
}

export const hashBytes = 32;
/** The hash of a sealed node. */
export function hashOf(node: IavlNode): Uint8Array {
  assert(node.hash !== undefined, "the node is not hashed yet");
  return node.hash;
}
