import { compareBytes, concatBytes, equalBytes, type Hash, toHexUpper } from "@stoa/std";
import { blockIdKey, blockIdText, equalBlockIds } from "./block-id.ts";
import { headerHash } from "./header.ts";
import { checkLightBlock, decodeLightBlock, encodeLightBlock, type LightBlock } from "./light.ts";
import { merkleRoot } from "./merkle.ts";
import { ProtobufError, ProtobufWriter, readFields } from "./protobuf.ts";
import { addressOfKey, type PublicKey, verifyMessage } from "./public-key.ts";
import { decodeTime, encodeTime, type Time, zeroTime } from "./time.ts";
import { decodeValidator, encodeValidator, type Validator, type ValidatorSet } from "./validator-set.ts";
import type { VerifyPorts } from "./verify-commit.ts";
import { checkVote, decodeVote, encodeVote, type Vote, voteSignBytes } from "./vote.ts";

/** One validator signed two blocks of one round. Votes stand in the order of their block ids. */
export interface DuplicateVoteEvidence {
  readonly kind: "duplicate-vote";
  readonly voteA: Vote;
  readonly voteB: Vote;
  readonly totalPower: bigint;
  readonly validatorPower: bigint;
  readonly time: Time;
}

/** Validators signed a header that is not of the chain. */
export interface LightClientAttackEvidence {
  readonly kind: "light-client-attack";
  readonly conflictingBlock: LightBlock;
  readonly commonHeight: bigint;
  readonly byzantineValidators: readonly Validator[];
  readonly totalPower: bigint;
  readonly time: Time;
}

/** Proof of misbehaviour, carried in a block (base-chain.md §2.8). */
export type Evidence = DuplicateVoteEvidence | LightClientAttackEvidence;

/** Bytes of the evidence itself, without the wrapper: what is hashed. */
export function evidenceBytes(evidence: Evidence): Uint8Array {
  if (evidence.kind === "duplicate-vote") {
    return new ProtobufWriter()
      .message(1, encodeVote(evidence.voteA))
      .message(2, encodeVote(evidence.voteB))
      .varint(3, evidence.totalPower)
      .varint(4, evidence.validatorPower)
      .message(5, encodeTime(evidence.time))
      .finish();
  }
  const writer = new ProtobufWriter()
    .message(1, encodeLightBlock(evidence.conflictingBlock))
    .varint(2, evidence.commonHeight);
  for (const validator of evidence.byzantineValidators) writer.message(3, encodeValidator(validator));
  return writer.varint(4, evidence.totalPower).message(5, encodeTime(evidence.time)).finish();
}

/** tendermint.types.Evidence: the wrapper that says which kind. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  return new ProtobufWriter().message(evidence.kind === "duplicate-vote" ? 1 : 2, evidenceBytes(evidence)).finish();
}

export function decodeEvidence(bytes: Uint8Array): Evidence {
  let evidence: Evidence | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) evidence = decodeDuplicateVote(field.bytes());
    else if (field.number === 2) evidence = decodeLightClientAttack(field.bytes());
  }
  if (evidence === undefined) throw new ProtobufError("evidence is not recognized");
  return evidence;
}

function decodeDuplicateVote(bytes: Uint8Array): DuplicateVoteEvidence {
  let voteA: Vote | undefined;
  let voteB: Vote | undefined;
  let [totalPower, validatorPower, time] = [0n, 0n, zeroTime];
  for (const field of readFields(bytes)) {
    if (field.number === 1) voteA = decodeVote(field.bytes());
    else if (field.number === 2) voteB = decodeVote(field.bytes());
    else if (field.number === 3) totalPower = field.int64();
    else if (field.number === 4) validatorPower = field.int64();
    else if (field.number === 5) time = decodeTime(field.bytes());
  }
  if (voteA === undefined || voteB === undefined) throw new ProtobufError("one or both of the votes are empty");
  return { kind: "duplicate-vote", voteA, voteB, totalPower, validatorPower, time };
}

function decodeLightClientAttack(bytes: Uint8Array): LightClientAttackEvidence {
  let conflictingBlock: LightBlock | undefined;
  const byzantineValidators: Validator[] = [];
  let [commonHeight, totalPower, time] = [0n, 0n, zeroTime];
  for (const field of readFields(bytes)) {
    if (field.number === 1) conflictingBlock = decodeLightBlock(field.bytes());
    else if (field.number === 2) commonHeight = field.int64();
    else if (field.number === 3) byzantineValidators.push(decodeValidator(field.bytes()));
    else if (field.number === 4) totalPower = field.int64();
    else if (field.number === 5) time = decodeTime(field.bytes());
  }
  if (conflictingBlock === undefined) throw new ProtobufError("conflicting block is nil");
  return { kind: "light-client-attack", conflictingBlock, commonHeight, byzantineValidators, totalPower, time };
}

/** Name of one piece of evidence (base-chain.md §2.8). */
export function evidenceHash(hash: Hash, evidence: Evidence): Uint8Array {
  if (evidence.kind === "duplicate-vote") return hash.sha256(evidenceBytes(evidence));
  // The reference copies 31 bytes of the hash and leaves a zero before the height: a slip that became the protocol.
  const conflicting = headerHash(hash, evidence.conflictingBlock.header).subarray(0, 31);
  return hash.sha256(concatBytes(conflicting, new Uint8Array(1), zigzagVarint(evidence.commonHeight)));
}

function zigzagVarint(value: bigint): Uint8Array {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const out: number[] = [];
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}

/** EvidenceHash of a header. */
export function evidenceListHash(hash: Hash, list: readonly Evidence[]): Uint8Array {
  return merkleRoot(hash, list.map(evidenceBytes));
}

/** The reference's text when the evidence alone is malformed, or undefined. */
export function checkEvidence(ports: VerifyPorts, evidence: Evidence): string | undefined {
  if (evidence.kind === "duplicate-vote") {
    const { voteA, voteB } = evidence;
    const badA = checkVote(voteA);
    if (badA !== undefined) return `invalid VoteA: ${badA}`;
    const badB = checkVote(voteB);
    if (badB !== undefined) return `invalid VoteB: ${badB}`;
    const ordered = compareBytes(blockIdKey(voteA.blockId), blockIdKey(voteB.blockId)) < 0;
    return ordered ? undefined : "duplicate votes in invalid order";
  }
  const { conflictingBlock, commonHeight, totalPower } = evidence;
  if (totalPower <= 0n) return "negative or zero total voting power";
  if (commonHeight <= 0n) return "negative or zero common height";
  const height = conflictingBlock.header.height;
  if (commonHeight > height) {
    return `common height is ahead of the conflicting block height (${commonHeight} > ${height})`;
  }
  const bad = checkLightBlock(ports, conflictingBlock, conflictingBlock.header.chainId);
  return bad === undefined ? undefined : `invalid conflicting light block: ${bad}`;
}

/** The reference's text when the votes do not convict the validator, or undefined. `set` is of the votes' height. */
export function verifyDuplicateVote(
  ports: VerifyPorts,
  chainId: string,
  set: ValidatorSet,
  evidence: DuplicateVoteEvidence,
): string | undefined {
  const { voteA, voteB } = evidence;
  const validator = set.byAddress(voteA.validatorAddress);
  if (validator === undefined) {
    return `address ${toHexUpper(voteA.validatorAddress)} was not a validator at height ${voteA.height}`;
  }
  if (voteA.height !== voteB.height || voteA.round !== voteB.round || voteA.type !== voteB.type) {
    const text = (vote: Vote): string => `${vote.height}/${vote.round}/${vote.type}`;
    return `h/r/s does not match: ${text(voteA)} vs ${text(voteB)}`;
  }
  if (!equalBytes(voteA.validatorAddress, voteB.validatorAddress)) {
    const [a, b] = [toHexUpper(voteA.validatorAddress), toHexUpper(voteB.validatorAddress)];
    return `validator addresses do not match: ${a} vs ${b}`;
  }
  if (equalBlockIds(voteA.blockId, voteB.blockId)) {
    return `block IDs are the same (${blockIdText(voteA.blockId)}) - not a real duplicate vote`;
  }
  return checkConviction(ports, chainId, set, validator, evidence);
}

function checkConviction(
  ports: VerifyPorts,
  chainId: string,
  set: ValidatorSet,
  validator: Validator,
  evidence: DuplicateVoteEvidence,
): string | undefined {
  const key: PublicKey = validator.publicKey;
  const keyAddress = addressOfKey(ports.hash, key);
  if (!equalBytes(keyAddress, evidence.voteA.validatorAddress)) {
    const [address, derived] = [toHexUpper(evidence.voteA.validatorAddress), toHexUpper(keyAddress)];
    return `address (${address}) doesn't match pubkey (${toHexUpper(key.bytes)} - ${derived})`;
  }
  if (validator.power !== evidence.validatorPower) {
    const powers = `${evidence.validatorPower} != ${validator.power}`;
    return `validator power from evidence and our validator set does not match (${powers})`;
  }
  if (set.totalPower !== evidence.totalPower) {
    const powers = `${evidence.totalPower} != ${set.totalPower}`;
    return `total voting power from the evidence and our validator set does not match (${powers})`;
  }
  for (const [name, vote] of [["VoteA", evidence.voteA] as const, ["VoteB", evidence.voteB] as const]) {
    if (!verifyMessage(ports, key, voteSignBytes(chainId, vote), vote.signature)) {
      return `verifying ${name}: invalid signature`;
    }
  }
  return undefined;
}
