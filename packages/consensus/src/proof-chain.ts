import { equalBytes, type Hash, utf8 } from "@stoa/std";
import { iavlSpec, type ProofSpec, proofRoot, tendermintSpec, verifyMembership, verifyNonMembership } from "./ics23.ts";
import { decodeCommitmentProof } from "./ics23-proof.ts";
import { ProtobufError } from "./protobuf.ts";

/** One step of a query's proof (tendermint.crypto.ProofOp). */
export interface ProofOp {
  readonly type: string;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

/**
 * The steps of a query's proof in their order (base-chain.md §3.5). Each step's type is fixed: read by the looser rules of
 * the tree of stores, a leaf of a store could be passed off as another key.
 */
const steps: readonly { readonly type: string; readonly spec: ProofSpec }[] = [
  { type: "ics23:iavl", spec: iavlSpec },
  { type: "ics23:simple", spec: tendermintSpec },
];

/**
 * True if the steps lead from the value (or, when it is undefined, from its absence) at `key` of `store` to the
 * multistore's root. The root is the app hash in the header after the queried height (base-chain.md §3.5).
 */
export function verifyStoreProof(
  hash: Hash,
  root: Uint8Array,
  ops: readonly ProofOp[],
  store: string,
  key: Uint8Array,
  value: Uint8Array | undefined,
): boolean {
  const keys = [key, utf8(store)];
  if (ops.length !== keys.length) return false;
  let below: Uint8Array | undefined = value;
  for (const [index, op] of ops.entries()) {
    const [expected, step] = [keys[index], steps[index]];
    if (expected === undefined || step === undefined) return false;
    if (op.type !== step.type || !equalBytes(op.key, expected)) return false;
    const next = runStep(hash, step.spec, op, below);
    if (next === undefined) return false;
    below = next;
  }
  return below !== undefined && equalBytes(below, root);
}

function runStep(hash: Hash, spec: ProofSpec, op: ProofOp, value: Uint8Array | undefined): Uint8Array | undefined {
  const proof = decodeProof(op.data);
  if (proof === undefined) return undefined;
  // Neighbours show more absences than the one that was asked for: the proof must say which.
  if (proof.kind === "nonexist" && !equalBytes(proof.nonexist.key, op.key)) return undefined;
  const root = proofRoot(hash, proof);
  if (root === undefined) return undefined;
  const holds =
    value === undefined
      ? verifyNonMembership(hash, spec, root, proof, op.key)
      : verifyMembership(hash, spec, root, proof, op.key, value);
  return holds ? root : undefined;
}

function decodeProof(bytes: Uint8Array): ReturnType<typeof decodeCommitmentProof> {
  try {
    return decodeCommitmentProof(bytes);
  } catch (error) {
    if (error instanceof ProtobufError) return undefined;
    throw error;
  }
}
