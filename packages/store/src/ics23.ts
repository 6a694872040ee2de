import { assert, compareBytes, concatBytes, emptyBytes } from "@stoa/std";
import { hashBytes, hashOf, type IavlNode } from "./iavl-node.ts";
import type { IavlTree } from "./iavl-tree.ts";
import { bytesField, optionalBytesField, varintField } from "./protobuf.ts";
import type { MerkleStep } from "./simple-merkle.ts";

/**
 * Making of ICS-23 proofs (base-chain.md §3.4), as protobuf bytes of cosmos.ics23.v1.CommitmentProof. Checking them is
 * the work of `consensus`.
 */

interface InnerStep {
  readonly prefix: Uint8Array;
  readonly suffix: Uint8Array;
}

interface ExistenceProof {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly leafPrefix: Uint8Array;
  /** From the leaf up. */
  readonly path: readonly InnerStep[];
}

// Numbers of the enums HashOp.SHA256 and LengthOp.VAR_PROTO.
const sha256Op = 1;
const varProtoLength = 1;

const fieldExist = 1;
const fieldNonexist = 2;

function encodeExistence(proof: ExistenceProof): Uint8Array {
  const leaf = concatBytes(
    varintField(1, sha256Op),
    varintField(3, sha256Op),
    varintField(4, varProtoLength),
    optionalBytesField(5, proof.leafPrefix),
  );
  const path = proof.path.map((step) =>
    bytesField(
      4,
      concatBytes(varintField(1, sha256Op), optionalBytesField(2, step.prefix), optionalBytesField(3, step.suffix)),
    ),
  );
  return concatBytes(
    optionalBytesField(1, proof.key),
    optionalBytesField(2, proof.value),
    bytesField(3, leaf),
    ...path,
  );
}

const childLength = Uint8Array.of(hashBytes);

/** The way from the root to the leaf where the key belongs. */
function existenceAt(tree: IavlTree, key: Uint8Array): ExistenceProof | undefined {
  let node = tree.root;
  if (node === undefined) return undefined;
  const path: InnerStep[] = [];
  while (node.height > 0) {
    const left: IavlNode = node.left(tree.load);
    const right: IavlNode = node.right(tree.load);
    const prefix = node.head();
    if (compareBytes(key, node.key) < 0) {
      path.push({ prefix: concatBytes(prefix, childLength), suffix: concatBytes(childLength, hashOf(right)) });
      node = left;
    } else {
      path.push({ prefix: concatBytes(prefix, childLength, hashOf(left), childLength), suffix: emptyBytes });
      node = right;
    }
  }
  if (compareBytes(node.key, key) !== 0) return undefined;
  assert(node.value !== undefined, "a leaf has a value");
  return { key: node.key, value: node.value, leafPrefix: node.head(), path: path.reverse() };
}

function first(entries: IterableIterator<readonly [Uint8Array, Uint8Array]>): Uint8Array | undefined {
  for (const [key] of entries) return key;
  return undefined;
}

/**
 * Proof that the key holds its value, or that it is absent: then the neighbours on both sides, where there are any. Of
 * an empty tree there are none, and such a proof never verifies (§3.4).
 */
export function proveKey(tree: IavlTree, key: Uint8Array): Uint8Array {
  const present = existenceAt(tree, key);
  if (present !== undefined) return bytesField(fieldExist, encodeExistence(present));
  const leftKey = first(tree.iterate({ end: key, reverse: true }));
  const rightKey = first(tree.iterate({ start: key }));
  const left = leftKey === undefined ? undefined : existenceAt(tree, leftKey);
  const right = rightKey === undefined ? undefined : existenceAt(tree, rightKey);
  return bytesField(
    fieldNonexist,
    concatBytes(
      optionalBytesField(1, key),
      left === undefined ? emptyBytes : bytesField(2, encodeExistence(left)),
      right === undefined ? emptyBytes : bytesField(3, encodeExistence(right)),
    ),
  );
}

/** Proof that a simple merkle map holds `value` under `key`. */
export function proveSimple(key: Uint8Array, value: Uint8Array, steps: readonly MerkleStep[]): Uint8Array {
  const path = steps.map(({ side, hash }) =>
    side === "left"
      ? { prefix: concatBytes(Uint8Array.of(1), hash), suffix: emptyBytes }
      : { prefix: Uint8Array.of(1), suffix: hash },
  );
  return bytesField(fieldExist, encodeExistence({ key, value, leafPrefix: Uint8Array.of(0), path }));
}
