import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, emptyBytes, fromHex, utf8 } from "@stoa/std";
import { pureHash as hash, pureVerifier as verifier } from "@stoa/std/crypto";
import {
  blockIdFlag,
  type Commit,
  type CommitSignature,
  checkCommit,
  decodeBlock,
  encodeBlock,
  encodeMerkleProof,
  lengthDelimited,
  merkleProofs,
  newValidatorSet,
  ProtobufError,
  ProtobufWriter,
  type PublicKey,
  ValidatorSet,
  verifyCommit,
  verifyCommitLight,
  verifyCommitTrusting,
  verifyMerkleProof,
  verifyStoreProof,
  zeroTime,
} from "./index.ts";
import { checkValidatorSet } from "./validator-set.ts";

/* What somebody would try who wants to be believed. */

const ports = { hash, verifier };
const keyOf = (n: number): PublicKey => ({ type: "ed25519", bytes: new Uint8Array(32).fill(n) });

function setOf(...powers: readonly bigint[]): ValidatorSet {
  const set = newValidatorSet(
    hash,
    powers.map((power, n) => ({ publicKey: keyOf(n + 1), power })),
  );
  if (!set.ok) throw new Error(set.error);
  return set.value;
}

const blockId = { hash: new Uint8Array(32).fill(7), parts: { total: 1, hash: new Uint8Array(32).fill(8) } };
const absent: CommitSignature = {
  flag: blockIdFlag.absent,
  validatorAddress: emptyBytes,
  time: zeroTime,
  signature: emptyBytes,
};

function commitOf(signatures: readonly CommitSignature[]): Commit {
  return { height: 5n, round: 0, blockId, signatures };
}

function voteOf(set: ValidatorSet, index: number, flag: number = blockIdFlag.commit): CommitSignature {
  const validatorAddress = set.validators[index]?.address ?? emptyBytes;
  return { flag, validatorAddress, time: 0n, signature: new Uint8Array(64).fill(1) };
}

test("addresses that do not follow from the keys are refused: the set's hash does not cover them", () => {
  const set = setOf(10n, 20n);
  assert.equal(checkValidatorSet(hash, set), undefined);
  const [first, second] = set.validators;
  assert.ok(first && second);
  const swapped = new ValidatorSet([
    { ...first, address: second.address },
    { ...second, address: first.address },
  ]);
  assert.deepEqual(swapped.hash(hash), set.hash(hash));
  assert.match(checkValidatorSet(hash, swapped) ?? "", /invalid validator #0: .*incorrectly derived from pubkey/);
  const short = new ValidatorSet([{ ...first, address: first.address.slice(1) }, second]);
  assert.match(checkValidatorSet(hash, short) ?? "", /incorrectly derived from pubkey/);
});

test("votes for nil and unknown flags carry no power, and exactly two thirds are too little", () => {
  const set = setOf(10n, 10n, 10n);
  const judged = (flags: readonly number[]): string => {
    const commit = commitOf(flags.map((flag, n) => (flag === blockIdFlag.absent ? absent : voteOf(set, n, flag))));
    const verdict = verifyCommit(ports, "chain", set, blockId, 5n, commit);
    return verdict.ok ? "ok" : verdict.error.message;
  };
  const little = (power: number): string =>
    `invalid commit -- insufficient voting power: got ${power}, needed more than 20`;
  assert.equal(judged([2, 2, 3]), little(20));
  assert.equal(judged([2, 2, 1]), little(20));
  assert.equal(judged([3, 3, 3]), little(0));
  assert.equal(judged([2, 2, 7]), little(20));
  // Enough power, and signatures that are none.
  assert.match(judged([2, 2, 2]), /^wrong signature \(#0\)/);
});

test("one validator is counted once, wherever its vote stands", () => {
  const set = setOf(10n, 10n, 10n);
  const double = commitOf([voteOf(set, 0), voteOf(set, 0), voteOf(set, 0)]);
  const trusting = verifyCommitTrusting(ports, "chain", set, double, { numerator: 1n, denominator: 1n });
  assert.match(trusting.ok ? "" : trusting.error.message, /^double vote from Validator/);
  const light = verifyCommitLight(ports, "chain", set, blockId, 5n, double);
  assert.match(light.ok ? "" : light.error.message, /validator address mismatch at index 1/);
  const longer = commitOf([...double.signatures, absent]);
  const size = verifyCommitLight(ports, "chain", set, blockId, 5n, longer);
  assert.equal(size.ok ? "" : size.error.message, "Invalid commit -- wrong set size: 3 vs 4");
});

test("a trust level that would overflow the reference's integers is refused, not rounded", () => {
  const set = setOf(1n << 59n);
  const level = { numerator: 1n << 10n, denominator: 1n << 11n };
  const verdict = verifyCommitTrusting(ports, "chain", set, commitOf([voteOf(set, 0)]), level);
  assert.match(verdict.ok ? "" : verdict.error.message, /int64 overflow/);
});

test("an absent vote has neither address nor time nor signature", () => {
  const set = setOf(10n);
  const whole = voteOf(set, 0);
  const spoilt: readonly CommitSignature[] = [
    { ...absent, validatorAddress: whole.validatorAddress },
    { ...absent, time: 0n },
    { ...absent, signature: whole.signature },
    { ...whole, flag: 0 },
    { ...whole, signature: emptyBytes },
    { ...whole, signature: new Uint8Array(65) },
    { ...whole, validatorAddress: new Uint8Array(19) },
  ];
  assert.equal(checkCommit(commitOf([whole, absent])), undefined);
  for (const signature of spoilt)
    assert.match(checkCommit(commitOf([whole, signature])) ?? "", /^wrong CommitSig #1: /);
});

test("a large set is looked through in the blink of an eye", { timeout: 20_000 }, () => {
  const count = 10_000;
  const validators = Array.from({ length: count }, (_, n) => {
    const bytes = new Uint8Array(32);
    new DataView(bytes.buffer).setUint32(0, n + 1);
    return { address: bytes.slice(0, 20), publicKey: { type: "ed25519" as const, bytes }, power: 1n, priority: 0n };
  });
  const set = new ValidatorSet(validators);
  const votes = validators.map(({ address }) => ({ ...voteOf(set, 0), validatorAddress: address }));
  const stranger = { ...voteOf(set, 0), validatorAddress: new Uint8Array(20) };
  const commit = commitOf([...votes.slice(0, 3_000), ...votes.map(() => stranger)]);
  const verdict = verifyCommitTrusting(ports, "chain", set, commit, { numerator: 1n, denominator: 3n });
  assert.match(verdict.ok ? "" : verdict.error.message, /insufficient voting power: got 3000/);
});

test("a leaf whose key ends in another key cannot be passed off as that one", () => {
  // The longer key ends in the length and the bytes of the shorter one.
  const [outer, inner] = [utf8("long"), utf8("short")];
  const key = concatBytes(outer, lengthDelimited(inner));
  const value = utf8("1");
  const version = Uint8Array.of(0, 2, 2);
  const leafOp = (prefix: Uint8Array): Uint8Array =>
    new ProtobufWriter().varint(1, 1).varint(3, 1).varint(4, 1).bytes(5, prefix).finish();
  const proofOf = (claimed: Uint8Array, proven: Uint8Array, prefix: Uint8Array): Uint8Array => {
    const exist = new ProtobufWriter().bytes(1, claimed).bytes(2, proven).message(3, leafOp(prefix)).finish();
    return new ProtobufWriter().message(1, exist).finish();
  };
  const leaf = concatBytes(version, lengthDelimited(key), lengthDelimited(hash.sha256(value)));
  const storeRoot = hash.sha256(leaf);
  const store = utf8("kv");
  const top = concatBytes(Uint8Array.of(0), lengthDelimited(store), lengthDelimited(hash.sha256(storeRoot)));
  const second = { type: "ics23:simple", key: store, data: proofOf(store, storeRoot, Uint8Array.of(0)) };
  const root = hash.sha256(top);
  const honest = { type: "ics23:iavl", key, data: proofOf(key, value, version) };
  assert.ok(verifyStoreProof(hash, root, [honest, second], "kv", key, value));
  const cut = concatBytes(version, Uint8Array.of(key.length), outer);
  for (const type of ["ics23:simple", "ics23:iavl"]) {
    const forged = { type, key: inner, data: proofOf(inner, value, cut) };
    assert.equal(verifyStoreProof(hash, root, [forged, second], "kv", inner, value), false, type);
  }
});

test("proofs that are empty, too many, of another store, or claim nothing are refused", () => {
  const ops = [
    { type: "ics23:iavl", key: utf8("k"), data: emptyBytes },
    { type: "ics23:simple", key: utf8("kv"), data: emptyBytes },
  ];
  for (const list of [[], ops, ops.slice(1), [...ops, ...ops]]) {
    for (const value of [undefined, emptyBytes, utf8("v")]) {
      assert.equal(verifyStoreProof(hash, new Uint8Array(32), list, "kv", utf8("k"), value), false);
    }
  }
});

test("a merkle proof with another place, more aunts or shorter ones shows nothing", () => {
  const items = ["a", "b", "c"].map(utf8);
  const { root, proofs } = merkleProofs(hash, items);
  const [first] = proofs;
  const item = items[0] ?? emptyBytes;
  assert.ok(first && verifyMerkleProof(hash, root, item, first));
  const aunt = new Uint8Array(32);
  for (const spoilt of [
    { ...first, index: 1 },
    { ...first, total: 2 },
    { ...first, total: 0 },
    { ...first, index: -1 },
    { ...first, index: 0.5 },
    { ...first, total: Number.MAX_VALUE },
    { ...first, aunts: [] },
    { ...first, aunts: [...first.aunts, aunt] },
    { ...first, aunts: first.aunts.map((one) => one.slice(1)) },
    { ...first, aunts: Array.from({ length: 101 }, () => aunt), total: 2 ** 53 - 1 },
    { ...first, leafHash: aunt },
  ]) {
    assert.equal(verifyMerkleProof(hash, root, item, spoilt), false, JSON.stringify(spoilt));
  }
  // An inner node is no leaf: its bytes begin otherwise.
  const inner = concatBytes(first.leafHash, first.aunts[0] ?? aunt);
  assert.equal(verifyMerkleProof(hash, root, inner, { ...first, total: 2, aunts: first.aunts.slice(1) }), false);
  assert.ok(encodeMerkleProof(first).length > 0);
});

test("fields that a block's data do not have are no transactions", () => {
  const header = fromHex("0a020800") ?? emptyBytes;
  const data = new ProtobufWriter().message(1, utf8("tx")).message(2, utf8("no tx")).varint(9, 1).finish();
  const block = decodeBlock(new ProtobufWriter().message(1, header).message(2, data).finish());
  assert.deepEqual(block.txs, [utf8("tx")]);
  const many = new ProtobufWriter();
  for (let n = 0; n < 200_000; n++) many.message(1, emptyBytes);
  const full = decodeBlock(new ProtobufWriter().message(1, header).message(2, many.finish()).finish());
  assert.equal(full.txs.length, 200_000);
  assert.ok(encodeBlock(full).length > 400_000);
  assert.throws(() => decodeBlock(new ProtobufWriter().message(2, data).finish()), ProtobufError);
});
