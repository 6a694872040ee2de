import { emptyBytes, equalBytes, type Hash } from "@stoa/std";
import { ProtobufWriter } from "./protobuf.ts";

/** Proof that an item stands at an index of a list (base-chain.md §2.1). Aunts from the leaf upward. */
export interface MerkleProof {
  readonly total: number;
  readonly index: number;
  readonly leafHash: Uint8Array;
  readonly aunts: readonly Uint8Array[];
}

/** Aunts of a proof: a list of 2^100 items cannot exist, so longer proofs are refused as the reference does. */
const maxAunts = 100;

export function leafHash(hash: Hash, item: Uint8Array): Uint8Array {
  const preimage = new Uint8Array(1 + item.length);
  preimage.set(item, 1);
  return hash.sha256(preimage);
}

export function innerHash(hash: Hash, left: Uint8Array, right: Uint8Array): Uint8Array {
  const preimage = new Uint8Array(1 + left.length + right.length);
  preimage[0] = 1;
  preimage.set(left, 1);
  preimage.set(right, 1 + left.length);
  return hash.sha256(preimage);
}

/** Largest power of two below n; n > 1. */
function splitPoint(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

/** Root of the tree over items, shaped as in RFC 6962. */
export function merkleRoot(hash: Hash, items: readonly Uint8Array[]): Uint8Array {
  const rootOf = (start: number, end: number): Uint8Array => {
    if (end === start) return hash.sha256(emptyBytes);
    if (end - start === 1) return leafHash(hash, items[start] as Uint8Array);
    const middle = start + splitPoint(end - start);
    return innerHash(hash, rootOf(start, middle), rootOf(middle, end));
  };
  return rootOf(0, items.length);
}

/** Root and one proof for each item. */
export function merkleProofs(
  hash: Hash,
  items: readonly Uint8Array[],
): { readonly root: Uint8Array; readonly proofs: readonly MerkleProof[] } {
  const leaves = items.map((item) => leafHash(hash, item));
  const aunts: Uint8Array[][] = items.map(() => []);
  const rootOf = (start: number, end: number): Uint8Array => {
    if (end === start) return hash.sha256(emptyBytes);
    if (end - start === 1) return leaves[start] as Uint8Array;
    const middle = start + splitPoint(end - start);
    const left = rootOf(start, middle);
    const right = rootOf(middle, end);
    for (let i = start; i < middle; i++) aunts[i]?.push(right);
    for (let i = middle; i < end; i++) aunts[i]?.push(left);
    return innerHash(hash, left, right);
  };
  const root = rootOf(0, items.length);
  const proofs = leaves.map((leaf, index) => ({
    total: items.length,
    index,
    leafHash: leaf,
    aunts: aunts[index] as Uint8Array[],
  }));
  return { root, proofs };
}

function rootFromAunts(
  hash: Hash,
  index: number,
  total: number,
  leaf: Uint8Array,
  aunts: readonly Uint8Array[],
): Uint8Array | undefined {
  if (total === 1) return aunts.length === 0 ? leaf : undefined;
  const top = aunts[aunts.length - 1];
  if (top === undefined) return undefined;
  const below = aunts.slice(0, -1);
  const left = splitPoint(total);
  if (index < left) {
    const child = rootFromAunts(hash, index, left, leaf, below);
    return child && innerHash(hash, child, top);
  }
  const child = rootFromAunts(hash, index - left, total - left, leaf, below);
  return child && innerHash(hash, top, child);
}

/** True if the proof shows `item` in the tree with this root. */
export function verifyMerkleProof(hash: Hash, root: Uint8Array, item: Uint8Array, proof: MerkleProof): boolean {
  const { total, index, aunts } = proof;
  if (!Number.isSafeInteger(total) || !Number.isSafeInteger(index) || index < 0 || index >= total) return false;
  if (aunts.length > maxAunts || aunts.some((aunt) => aunt.length !== 32)) return false;
  const leaf = leafHash(hash, item);
  if (!equalBytes(leaf, proof.leafHash)) return false;
  const computed = rootFromAunts(hash, index, total, leaf, aunts);
  return computed !== undefined && equalBytes(computed, root);
}

/** tendermint.crypto.Proof. */
export function encodeMerkleProof(proof: MerkleProof): Uint8Array {
  const writer = new ProtobufWriter().varint(1, proof.total).varint(2, proof.index).bytes(3, proof.leafHash);
  for (const aunt of proof.aunts) writer.message(4, aunt);
  return writer.finish();
}
