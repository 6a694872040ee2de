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

/** Specs by the type of a query's proof step (base-chain.md §3.5). */
const specOfType = new Map<string, ProofSpec>([
  ["ics23:iavl", iavlSpec],
  ["ics23:simple", tendermintSpec],
]);

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
    const expected = keys[index];
    if (expected === undefined || !equalBytes(op.key, expected)) return false;
    const next = runStep(hash, op, below);
    if (next === undefined) return false;
    below = next;
  }
  return below !== undefined && equalBytes(below, root);
}

function runStep(hash: Hash, op: ProofOp, value: Uint8Array | undefined): Uint8Array | undefined {
  const spec = specOfType.get(op.type);
  const proof = decodeProof(op.data);
  if (spec === undefined || proof === undefined) return undefined;
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
