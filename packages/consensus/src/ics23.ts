import { compareBytes, concatBytes, equalBytes, type Hash, startsWith } from "@stoa/std";
import {
  type CommitmentProof,
  type ExistenceProof,
  hashOp,
  type InnerOp,
  type LeafOp,
  lengthOp,
  type NonExistenceProof,
} from "./ics23-proof.ts";
import { lengthDelimited } from "./protobuf.ts";

/** Shape of a tree as a light client knows it. Binary trees of SHA-256 with hashed values only (base-chain.md §3.4). */
export interface ProofSpec {
  readonly name: "iavl" | "tendermint";
  readonly leafPrefix: Uint8Array;
  readonly childBytes: number;
  readonly minPrefixBytes: number;
  readonly maxPrefixBytes: number;
}

/** A store's tree. */
export const iavlSpec: ProofSpec = {
  name: "iavl",
  leafPrefix: new Uint8Array(1),
  childBytes: 33,
  minPrefixBytes: 4,
  maxPrefixBytes: 12,
};

/** The tree of stores. */
export const tendermintSpec: ProofSpec = {
  name: "tendermint",
  leafPrefix: new Uint8Array(1),
  childBytes: 32,
  minPrefixBytes: 1,
  maxPrefixBytes: 1,
};

/** True if the proof shows that the key holds this value under the root. */
export function verifyMembership(
  hash: Hash,
  spec: ProofSpec,
  root: Uint8Array,
  proof: CommitmentProof,
  key: Uint8Array,
  value: Uint8Array,
): boolean {
  return proof.kind === "exist" && verifyExistence(hash, spec, root, proof.exist, key, value);
}

/** True if the proof shows that no value stands at the key under the root. An empty tree proves nothing (§3.4). */
export function verifyNonMembership(
  hash: Hash,
  spec: ProofSpec,
  root: Uint8Array,
  proof: CommitmentProof,
  key: Uint8Array,
): boolean {
  return proof.kind === "nonexist" && verifyAbsence(hash, spec, root, proof.nonexist, key);
}

function verifyExistence(
  hash: Hash,
  spec: ProofSpec,
  root: Uint8Array,
  proof: ExistenceProof,
  key: Uint8Array,
  value: Uint8Array,
): boolean {
  if (!equalBytes(key, proof.key) || !equalBytes(value, proof.value)) return false;
  if (proof.leaf === undefined || !leafFits(spec, proof.leaf)) return false;
  if (!proof.path.every((inner, index) => innerFits(spec, inner, index + 1))) return false;
  const computed = existenceRoot(hash, proof);
  return computed !== undefined && equalBytes(root, computed);
}

/** Root that an existence proof leads to, or undefined when it is no proof. */
export function existenceRoot(hash: Hash, proof: ExistenceProof): Uint8Array | undefined {
  const { key, value, leaf, path } = proof;
  if (leaf === undefined || key.length === 0 || value.length === 0) return undefined;
  if (leaf.hash !== hashOp.sha256 || leaf.length !== lengthOp.varProto) return undefined;
  if (leaf.prehashKey !== hashOp.none || leaf.prehashValue !== hashOp.sha256) return undefined;
  const item = concatBytes(leaf.prefix, lengthDelimited(key), lengthDelimited(hash.sha256(value)));
  let node = hash.sha256(item);
  for (const inner of path) {
    if (inner.hash !== hashOp.sha256) return undefined;
    node = hash.sha256(concatBytes(inner.prefix, node, inner.suffix));
  }
  return node;
}

/** Root that a proof leads to, or undefined when it leads nowhere. */
export function proofRoot(hash: Hash, proof: CommitmentProof): Uint8Array | undefined {
  if (proof.kind === "exist") return existenceRoot(hash, proof.exist);
  const neighbour = proof.nonexist.left ?? proof.nonexist.right;
  return neighbour && existenceRoot(hash, neighbour);
}

function leafFits(spec: ProofSpec, leaf: LeafOp): boolean {
  if (spec.name === "iavl" && !iavlPrefixFits(leaf.prefix, 0)) return false;
  return (
    leaf.hash === hashOp.sha256 &&
    leaf.prehashKey === hashOp.none &&
    leaf.prehashValue === hashOp.sha256 &&
    leaf.length === lengthOp.varProto &&
    startsWith(leaf.prefix, spec.leafPrefix)
  );
}

function innerFits(spec: ProofSpec, inner: InnerOp, layer: number): boolean {
  if (inner.hash !== hashOp.sha256) return false;
  if (spec.name === "iavl" && !iavlPrefixFits(inner.prefix, layer)) return false;
  // A leaf's bytes must never pass for an inner node's.
  if (startsWith(inner.prefix, spec.leafPrefix)) return false;
  const { length } = inner.prefix;
  if (length < spec.minPrefixBytes || length > spec.maxPrefixBytes + spec.childBytes) return false;
  return inner.suffix.length % spec.childBytes === 0;
}

/** Bytes after the three numbers of an inner node: the next child's length mark, or the left sibling and that mark. */
const iavlRestBytes: readonly number[] = [1, 34];

/** Height, size and version stand first in an IAVL node; the height cannot be below the node's layer. */
function iavlPrefixFits(prefix: Uint8Array, layer: number): boolean {
  let at = 0;
  for (let i = 0; i < 3; i++) {
    const read = readZigzag(prefix, at);
    if (read === undefined) return false;
    if (read.value < 0n) return false;
    if (i === 0 && read.value < BigInt(layer)) return false;
    at = read.next;
  }
  const rest = prefix.length - at;
  return layer === 0 ? rest === 0 : iavlRestBytes.includes(rest);
}

function readZigzag(bytes: Uint8Array, start: number): { value: bigint; next: number } | undefined {
  let raw = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return undefined;
    raw |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) {
      const value = raw & 1n ? -(raw >> 1n) - 1n : raw >> 1n;
      return raw >> 64n === 0n ? { value, next: start + i + 1 } : undefined;
    }
  }
  return undefined;
}

function verifyAbsence(
  hash: Hash,
  spec: ProofSpec,
  root: Uint8Array,
  proof: NonExistenceProof,
  key: Uint8Array,
): boolean {
  const { left, right } = proof;
  for (const neighbour of [left, right]) {
    if (neighbour === undefined) continue;
    if (!verifyExistence(hash, spec, root, neighbour, neighbour.key, neighbour.value)) return false;
  }
  if (right !== undefined && compareBytes(key, right.key) >= 0) return false;
  if (left !== undefined && compareBytes(key, left.key) <= 0) return false;
  if (left === undefined) return right?.path.every((step) => stepBranch(spec, step) === 0) ?? false;
  if (right === undefined) return left.path.every((step) => stepBranch(spec, step) === 1);
  return areNeighbours(spec, left.path, right.path);
}

/** Which child the step comes from, 0 left or 1 right, or undefined when its bytes fit neither. */
function stepBranch(spec: ProofSpec, step: InnerOp): 0 | 1 | undefined {
  for (const branch of [0, 1] as const) {
    const before = branch * spec.childBytes;
    const { length } = step.prefix;
    if (length < before + spec.minPrefixBytes || length > before + spec.maxPrefixBytes) continue;
    if (step.suffix.length === (1 - branch) * spec.childBytes) return branch;
  }
  return undefined;
}

/** True if nothing can stand between the two paths: they part once, then keep to the inner edges. */
function areNeighbours(spec: ProofSpec, left: readonly InnerOp[], right: readonly InnerOp[]): boolean {
  let leftDepth = left.length;
  let rightDepth = right.length;
  for (;;) {
    const topLeft = left[--leftDepth];
    const topRight = right[--rightDepth];
    if (topLeft === undefined || topRight === undefined) return false;
    if (equalBytes(topLeft.prefix, topRight.prefix) && equalBytes(topLeft.suffix, topRight.suffix)) continue;
    if (stepBranch(spec, topLeft) !== 0 || stepBranch(spec, topRight) !== 1) return false;
    break;
  }
  return (
    left.slice(0, leftDepth).every((step) => stepBranch(spec, step) === 1) &&
    right.slice(0, rightDepth).every((step) => stepBranch(spec, step) === 0)
  );
}
