import { assert, type Hash } from "@stoa/std";
import type { PartSetHeader } from "./block-id.ts";
import { type MerkleProof, merkleProofs, merkleRoot } from "./merkle.ts";

/** Blocks travel in parts of this size (base-chain.md §2.4). */
export const partBytes = 65_536;

/** A block cut into parts, each with its proof. */
export interface PartSet {
  readonly header: PartSetHeader;
  readonly parts: readonly { readonly bytes: Uint8Array; readonly proof: MerkleProof }[];
}

function cut(data: Uint8Array): Uint8Array[] {
  assert(data.length > 0, "a block is never empty");
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += partBytes) parts.push(data.subarray(at, at + partBytes));
  return parts;
}

/** Number and root of the parts of a serialised block. */
export function partSetHeader(hash: Hash, data: Uint8Array): PartSetHeader {
  const parts = cut(data);
  return { total: parts.length, hash: merkleRoot(hash, parts) };
}

/** The parts of a serialised block with their proofs. */
export function partSet(hash: Hash, data: Uint8Array): PartSet {
  const slices = cut(data);
  const { root, proofs } = merkleProofs(hash, slices);
  const parts = slices.map((bytes, index) => ({ bytes, proof: proofs[index] as MerkleProof }));
  return { header: { total: parts.length, hash: root }, parts };
}
