import { assert, concatBytes, emptyBytes, type Hash } from "@stoa/std";

const leafTag = Uint8Array.of(0);
const innerTag = Uint8Array.of(1);

/** One step from a leaf to the root: the neighbour's hash and the side it stands on. */
export interface MerkleStep {
  readonly side: "left" | "right";
  readonly hash: Uint8Array;
}

/** Largest power of two below the count. */
function splitPoint(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/** RFC 6962 root of the items (base-chain.md §3.1); of none, the hash of nothing. */
export function simpleMerkleRoot(hash: Hash, items: readonly Uint8Array[]): Uint8Array {
  if (items.length === 0) return hash.sha256(emptyBytes);
  if (items.length === 1) return hash.sha256(concatBytes(leafTag, items[0] ?? emptyBytes));
  const split = splitPoint(items.length);
  const left = simpleMerkleRoot(hash, items.slice(0, split));
  const right = simpleMerkleRoot(hash, items.slice(split));
  return hash.sha256(concatBytes(innerTag, left, right));
}

/** The steps from item `index` up to the root. */
export function simpleMerklePath(hash: Hash, items: readonly Uint8Array[], index: number): MerkleStep[] {
  assert(index >= 0 && index < items.length, "no such item");
  if (items.length === 1) return [];
  const split = splitPoint(items.length);
  const left = items.slice(0, split);
  const right = items.slice(split);
  if (index < split) {
    return [...simpleMerklePath(hash, left, index), { side: "right", hash: simpleMerkleRoot(hash, right) }];
  }
  return [...simpleMerklePath(hash, right, index - split), { side: "left", hash: simpleMerkleRoot(hash, left) }];
}
