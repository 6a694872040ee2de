import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { equalBytes, fromHex } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { haveVectors, hostileInputs, Mutator, recorded } from "@stoa/test";
import {
  checkBlock,
  checkCommit,
  checkHeader,
  decodeBlock,
  decodeCommit,
  decodeCommitmentProof,
  decodeConsensusParams,
  decodeLightBlock,
  decodeValidatorSet,
  encodeBlock,
  encodeCommit,
  encodeLightBlock,
  encodeValidatorSet,
  iavlSpec,
  ProtobufError,
  tendermintSpec,
  verifyMembership,
} from "./index.ts";

const skip = haveVectors() ? false : "no vectors folder beside the checkout";
/** Longer examples cost time and reach no other code. */
const longest = 4_096;

const traces = Error.stackTraceLimit;
before(() => {
  Error.stackTraceLimit = 0;
});
after(() => {
  Error.stackTraceLimit = traces;
});

interface CometVectors {
  readonly blocks: readonly { readonly proto?: string }[];
  readonly commits: readonly { readonly proto?: string }[];
  readonly validatorSets: readonly { readonly proto?: string }[];
  readonly params: readonly { readonly proto?: string }[];
  readonly light: readonly { readonly trusted?: string; readonly untrusted?: string }[];
}

interface Existence {
  readonly spec: string;
  readonly root: string;
  readonly key: string;
  readonly value: string;
  readonly proof: string;
}

const bytesOf = (list: readonly (string | undefined)[]): Uint8Array[] =>
  list.flatMap((hex) => fromHex(hex ?? "") ?? []).filter(({ length }) => length > 0 && length <= longest);

const ports = { hash: pureHash, verifier: pureVerifier };

/** False when the bytes were refused as they ought to be. */
function isRead(read: (() => unknown) | undefined): boolean {
  try {
    read?.();
    return true;
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    return false;
  }
}

/** What it reads is written and read again as the same. */
function stays<T>(decode: (bytes: Uint8Array) => T, encode: (value: T) => Uint8Array, bytes: Uint8Array): T {
  const value = decode(bytes);
  const once = encode(value);
  assert.ok(equalBytes(encode(decode(once)), once));
  return value;
}

test(`blocks, commits, validators and light blocks are refused or read, ${hostileInputs} tried`, { skip }, (t) => {
  const mutator = new Mutator(11);
  const comet = recorded<CometVectors>("lib/comet.json");
  const blocks = bytesOf(comet.blocks.map(({ proto }) => proto));
  const commits = bytesOf(comet.commits.map(({ proto }) => proto));
  const sets = bytesOf(comet.validatorSets.map(({ proto }) => proto));
  const params = bytesOf(comet.params.map(({ proto }) => proto));
  const light = bytesOf(comet.light.flatMap(({ trusted, untrusted }) => [trusted, untrusted]));
  const readers: readonly (() => void)[] = [
    () => checkBlock(ports, stays(decodeBlock, encodeBlock, mutator.bytes(blocks))),
    () => checkCommit(stays(decodeCommit, encodeCommit, mutator.bytes(commits))),
    () => stays(decodeValidatorSet, encodeValidatorSet, mutator.bytes(sets)),
    () => decodeConsensusParams(mutator.bytes(params)),
    () => checkHeader(stays(decodeLightBlock, encodeLightBlock, mutator.bytes(light)).header),
  ];
  let accepted = 0;
  for (let n = 0; n < hostileInputs; n++) if (isRead(readers[n % readers.length])) accepted++;
  t.diagnostic(`${accepted} were read`);
  assert.ok(accepted > hostileInputs / 100);
});

test(`no spoilt proof shows another value, ${hostileInputs} tried`, { skip }, (t) => {
  const mutator = new Mutator(12);
  const { existence } = recorded<{ readonly existence: readonly Existence[] }>("lib/ics23.json");
  const cases = existence.map(({ spec, root, key, value, proof }) => ({
    spec: spec === "iavl" ? iavlSpec : tendermintSpec,
    bytes: bytesOf([root, key, value, proof]),
  }));
  let read = 0;
  for (let n = 0; n < hostileInputs; n++) {
    const { spec, bytes } = mutator.pick(cases);
    const [root = new Uint8Array(), key = root, value = root, good = root] = bytes;
    const isOne = isRead(() => {
      const proof = decodeCommitmentProof(mutator.bytes([good]));
      const other = mutator.bytes([value]);
      const shown = proof !== undefined && verifyMembership(pureHash, spec, root, proof, key, other);
      assert.ok(!shown || equalBytes(other, value));
    });
    if (isOne) read++;
  }
  t.diagnostic(`${read} were proofs`);
  assert.ok(read > hostileInputs / 100);
});
