import { emptyBytes } from "@stoa/std";
import {
  type BlockId,
  blockIdText,
  checkBlockId,
  decodeBlockId,
  encodeBlockId,
  isCompleteBlockId,
  isNilBlockId,
  nilBlockId,
} from "./block-id.ts";
import { lengthDelimited, ProtobufWriter, readFields } from "./protobuf.ts";
import { addressBytes } from "./public-key.ts";
import { decodeTime, encodeTime, type Time, zeroTime } from "./time.ts";

/** SignedMsgType of the two kinds of votes and of proposals. */
export const voteType = { prevote: 1, precommit: 2, proposal: 32 } as const;

/** Signatures are at most this long. */
export const maxSignatureBytes = 64;

/** What of a vote is signed. */
export interface VoteContent {
  readonly type: number;
  readonly height: bigint;
  readonly round: number;
  /** Nil for a vote for no block. */
  readonly blockId: BlockId;
  readonly time: Time;
}

/** A validator's vote (tendermint.types.Vote). */
export interface Vote extends VoteContent {
  readonly validatorAddress: Uint8Array;
  readonly validatorIndex: number;
  readonly signature: Uint8Array;
  readonly extension: Uint8Array;
  readonly extensionSignature: Uint8Array;
}

/** A proposal of a block (tendermint.types.Proposal). polRound is -1 when there is no proof-of-lock. */
export interface Proposal {
  readonly height: bigint;
  readonly round: number;
  readonly polRound: number;
  readonly blockId: BlockId;
  readonly time: Time;
  readonly signature: Uint8Array;
}

function canonicalBlockId(id: BlockId): Uint8Array | undefined {
  return isNilBlockId(id) ? undefined : encodeBlockId(id);
}

/** The bytes that a validator signs for a vote (base-chain.md §2.5). */
export function voteSignBytes(chainId: string, vote: VoteContent): Uint8Array {
  return lengthDelimited(
    new ProtobufWriter()
      .varint(1, vote.type)
      .fixed64(2, vote.height)
      .fixed64(3, BigInt(vote.round))
      .optional(4, canonicalBlockId(vote.blockId))
      .message(5, encodeTime(vote.time))
      .string(6, chainId)
      .finish(),
  );
}

/** The bytes that a proposer signs (base-chain.md §2.5). */
export function proposalSignBytes(chainId: string, proposal: Omit<Proposal, "signature">): Uint8Array {
  return lengthDelimited(
    new ProtobufWriter()
      .varint(1, voteType.proposal)
      .fixed64(2, proposal.height)
      .fixed64(3, BigInt(proposal.round))
      .varint(4, BigInt(proposal.polRound))
      .optional(5, canonicalBlockId(proposal.blockId))
      .message(6, encodeTime(proposal.time))
      .string(7, chainId)
      .finish(),
  );
}

/** tendermint.types.Proposal. */
export function encodeProposal(proposal: Proposal): Uint8Array {
  return new ProtobufWriter()
    .varint(1, voteType.proposal)
    .varint(2, proposal.height)
    .varint(3, BigInt(proposal.round))
    .varint(4, BigInt(proposal.polRound))
    .message(5, encodeBlockId(proposal.blockId))
    .message(6, encodeTime(proposal.time))
    .bytes(7, proposal.signature)
    .finish();
}

/** tendermint.types.Vote. */
export function encodeVote(vote: Vote): Uint8Array {
  return new ProtobufWriter()
    .varint(1, vote.type)
    .varint(2, vote.height)
    .varint(3, BigInt(vote.round))
    .message(4, encodeBlockId(vote.blockId))
    .message(5, encodeTime(vote.time))
    .bytes(6, vote.validatorAddress)
    .varint(7, BigInt(vote.validatorIndex))
    .bytes(8, vote.signature)
    .bytes(9, vote.extension)
    .bytes(10, vote.extensionSignature)
    .finish();
}

export function decodeVote(bytes: Uint8Array): Vote {
  const vote = {
    type: 0,
    height: 0n,
    round: 0,
    blockId: nilBlockId,
    time: zeroTime,
    validatorAddress: emptyBytes,
    validatorIndex: 0,
    signature: emptyBytes,
    extension: emptyBytes,
    extensionSignature: emptyBytes,
  };
  for (const field of readFields(bytes)) {
    if (field.number === 1) vote.type = field.int32();
    else if (field.number === 2) vote.height = field.int64();
    else if (field.number === 3) vote.round = field.int32();
    else if (field.number === 4) vote.blockId = decodeBlockId(field.bytes());
    else if (field.number === 5) vote.time = decodeTime(field.bytes());
    else if (field.number === 6) vote.validatorAddress = field.bytes();
    else if (field.number === 7) vote.validatorIndex = field.int32();
    else if (field.number === 8) vote.signature = field.bytes();
    else if (field.number === 9) vote.extension = field.bytes();
    else if (field.number === 10) vote.extensionSignature = field.bytes();
  }
  return vote;
}

/** The reference's text when the vote alone is malformed, or undefined. */
export function checkVote(vote: Vote): string | undefined {
  if (vote.type !== voteType.prevote && vote.type !== voteType.precommit) return "invalid Type";
  if (vote.height <= 0n) return "negative or zero Height";
  if (vote.round < 0) return "negative Round";
  const blockId = checkBlockId(vote.blockId);
  if (blockId !== undefined) return `wrong BlockID: ${blockId}`;
  if (!isNilBlockId(vote.blockId) && !isCompleteBlockId(vote.blockId)) {
    return `blockID must be either empty or complete, got: ${blockIdText(vote.blockId)}`;
  }
  if (vote.validatorAddress.length !== addressBytes) {
    return `expected ValidatorAddress size to be ${addressBytes} bytes, got ${vote.validatorAddress.length} bytes`;
  }
  if (vote.validatorIndex < 0) return "negative ValidatorIndex";
  if (vote.signature.length === 0) return "signature is missing";
  if (vote.signature.length > maxSignatureBytes) return `signature is too big (max: ${maxSignatureBytes})`;
  return undefined;
}
