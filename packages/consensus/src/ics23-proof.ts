import { emptyBytes } from "@stoa/std";
import { readFields } from "./protobuf.ts";

/** HashOp and LengthOp of ICS-23, as far as the two specs use them. */
export const hashOp = { none: 0, sha256: 1 } as const;
export const lengthOp = { none: 0, varProto: 1 } as const;

export interface LeafOp {
  readonly hash: number;
  readonly prehashKey: number;
  readonly prehashValue: number;
  readonly length: number;
  readonly prefix: Uint8Array;
}

export interface InnerOp {
  readonly hash: number;
  readonly prefix: Uint8Array;
  readonly suffix: Uint8Array;
}

/** A key, its value and the way up to the root. */
export interface ExistenceProof {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly leaf: LeafOp | undefined;
  readonly path: readonly InnerOp[];
}

/** The neighbours between which a key would have to be. */
export interface NonExistenceProof {
  readonly key: Uint8Array;
  readonly left: ExistenceProof | undefined;
  readonly right: ExistenceProof | undefined;
}

/** cosmos.ics23.v1.CommitmentProof without its batch forms, which no relayer sends. */
export type CommitmentProof =
  | { readonly kind: "exist"; readonly exist: ExistenceProof }
  | { readonly kind: "nonexist"; readonly nonexist: NonExistenceProof };

function decodeLeaf(bytes: Uint8Array): LeafOp {
  const leaf = { hash: 0, prehashKey: 0, prehashValue: 0, length: 0, prefix: emptyBytes };
  for (const field of readFields(bytes)) {
    if (field.number === 1) leaf.hash = field.int32();
    else if (field.number === 2) leaf.prehashKey = field.int32();
    else if (field.number === 3) leaf.prehashValue = field.int32();
    else if (field.number === 4) leaf.length = field.int32();
    else if (field.number === 5) leaf.prefix = field.bytes();
  }
  return leaf;
}

function decodeInner(bytes: Uint8Array): InnerOp {
  const inner = { hash: 0, prefix: emptyBytes, suffix: emptyBytes };
  for (const field of readFields(bytes)) {
    if (field.number === 1) inner.hash = field.int32();
    else if (field.number === 2) inner.prefix = field.bytes();
    else if (field.number === 3) inner.suffix = field.bytes();
  }
  return inner;
}

function decodeExistence(bytes: Uint8Array): ExistenceProof {
  let [key, value]: [Uint8Array, Uint8Array] = [emptyBytes, emptyBytes];
  let leaf: LeafOp | undefined;
  const path: InnerOp[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) key = field.bytes();
    else if (field.number === 2) value = field.bytes();
    else if (field.number === 3) leaf = decodeLeaf(field.bytes());
    else if (field.number === 4) path.push(decodeInner(field.bytes()));
  }
  return { key, value, leaf, path };
}

function decodeNonExistence(bytes: Uint8Array): NonExistenceProof {
  let key: Uint8Array = emptyBytes;
  let left: ExistenceProof | undefined;
  let right: ExistenceProof | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) key = field.bytes();
    else if (field.number === 2) left = decodeExistence(field.bytes());
    else if (field.number === 3) right = decodeExistence(field.bytes());
  }
  return { key, left, right };
}

/** Undefined for a batch form or an empty message; throws ProtobufError for bytes that are no message. */
export function decodeCommitmentProof(bytes: Uint8Array): CommitmentProof | undefined {
  let proof: CommitmentProof | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) proof = { kind: "exist", exist: decodeExistence(field.bytes()) };
    else if (field.number === 2) proof = { kind: "nonexist", nonexist: decodeNonExistence(field.bytes()) };
    else proof = undefined;
  }
  return proof;
}
