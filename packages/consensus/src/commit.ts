import { emptyBytes, type Hash } from "@stoa/std";
import { type BlockId, decodeBlockId, encodeBlockId, isNilBlockId, nilBlockId } from "./block-id.ts";
import { merkleRoot } from "./merkle.ts";
import { ProtobufWriter, readFields } from "./protobuf.ts";
import { addressBytes } from "./public-key.ts";
import { decodeTime, encodeTime, type Time, zeroTime } from "./time.ts";
import { maxSignatureBytes, voteSignBytes, voteType } from "./vote.ts";

/** BlockIDFlag: what a validator's precommit said. */
export const blockIdFlag = { absent: 1, commit: 2, nil: 3 } as const;

/** One validator's part of a commit (base-chain.md §2.5). An absent one has no address, zero time, no signature. */
export interface CommitSignature {
  readonly flag: number;
  readonly validatorAddress: Uint8Array;
  readonly time: Time;
  readonly signature: Uint8Array;
}

/** Precommits for one block, aligned with the validator set of its height. */
export interface Commit {
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockId;
  readonly signatures: readonly CommitSignature[];
}

/** The last commit of the first block: nobody signed anything yet. */
export const emptyCommit: Commit = { height: 0n, round: 0, blockId: nilBlockId, signatures: [] };

export function encodeCommitSignature(signature: CommitSignature): Uint8Array {
  return new ProtobufWriter()
    .varint(1, signature.flag)
    .bytes(2, signature.validatorAddress)
    .message(3, encodeTime(signature.time))
    .bytes(4, signature.signature)
    .finish();
}

function decodeCommitSignature(bytes: Uint8Array): CommitSignature {
  const signature = { flag: 0, validatorAddress: emptyBytes, time: zeroTime, signature: emptyBytes };
  for (const field of readFields(bytes)) {
    if (field.number === 1) signature.flag = field.int32();
    else if (field.number === 2) signature.validatorAddress = field.bytes();
    else if (field.number === 3) signature.time = decodeTime(field.bytes());
    else if (field.number === 4) signature.signature = field.bytes();
  }
  return signature;
}

/** LastCommitHash of the block after (base-chain.md §2.3). */
export function commitHash(hash: Hash, commit: Commit): Uint8Array {
  return merkleRoot(hash, commit.signatures.map(encodeCommitSignature));
}

/** tendermint.types.Commit. */
export function encodeCommit(commit: Commit): Uint8Array {
  const writer = new ProtobufWriter()
    .varint(1, commit.height)
    .varint(2, BigInt(commit.round))
    .message(3, encodeBlockId(commit.blockId));
  for (const signature of commit.signatures) writer.message(4, encodeCommitSignature(signature));
  return writer.finish();
}

export function decodeCommit(bytes: Uint8Array): Commit {
  let height = 0n;
  let round = 0;
  let blockId = nilBlockId;
  const signatures: CommitSignature[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) height = field.int64();
    else if (field.number === 2) round = field.int32();
    else if (field.number === 3) blockId = decodeBlockId(field.bytes());
    else if (field.number === 4) signatures.push(decodeCommitSignature(field.bytes()));
  }
  return { height, round, blockId, signatures };
}

/** The bytes that the validator of one signature signed. */
export function commitSignBytes(chainId: string, commit: Commit, signature: CommitSignature): Uint8Array {
  const blockId = signature.flag === blockIdFlag.commit ? commit.blockId : nilBlockId;
  const { height, round } = commit;
  return voteSignBytes(chainId, { type: voteType.precommit, height, round, blockId, time: signature.time });
}

/** The reference's text when the commit alone is malformed, or undefined. */
export function checkCommit(commit: Commit): string | undefined {
  if (commit.height < 0n) return "negative Height";
  if (commit.round < 0) return "negative Round";
  if (commit.height === 0n) return undefined;
  if (isNilBlockId(commit.blockId)) return "commit cannot be for nil block";
  if (commit.signatures.length === 0) return "no signatures in commit";
  for (const [index, signature] of commit.signatures.entries()) {
    const problem = checkCommitSignature(signature);
    if (problem !== undefined) return `wrong CommitSig #${index}: ${problem}`;
  }
  return undefined;
}

function checkCommitSignature(signature: CommitSignature): string | undefined {
  if (signature.flag === blockIdFlag.absent) {
    if (signature.validatorAddress.length !== 0) return "validator address is present";
    if (signature.time !== zeroTime) return "time is present";
    return signature.signature.length === 0 ? undefined : "signature is present";
  }
  if (signature.flag !== blockIdFlag.commit && signature.flag !== blockIdFlag.nil) {
    return `unknown BlockIDFlag: ${signature.flag}`;
  }
  if (signature.validatorAddress.length !== addressBytes) {
    return `expected ValidatorAddress size to be ${addressBytes} bytes, got ${signature.validatorAddress.length} bytes`;
  }
  if (signature.signature.length === 0) return "signature is missing";
  return signature.signature.length > maxSignatureBytes
    ? `signature is too big (max: ${maxSignatureBytes})`
    : undefined;
}
