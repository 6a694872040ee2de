import { emptyBytes, type Hash, utf8 } from "@stoa/std";
import { type BlockId, checkBlockId, checkHash, decodeBlockId, encodeBlockId, nilBlockId } from "./block-id.ts";
import { merkleRoot } from "./merkle.ts";
import { ProtobufWriter, readFields, wrapperValue } from "./protobuf.ts";
import { addressBytes } from "./public-key.ts";
import { decodeTime, encodeTime, type Time, zeroTime } from "./time.ts";

/** Block protocol of CometBFT 0.38 (base-chain.md §0). */
export const blockProtocol = 11n;

/** A chain id is at most this long (base-chain.md §10). */
export const maxChainIdBytes = 50;

/** A block's header: what validators sign through its hash (base-chain.md §2.2). */
export interface Header {
  readonly version: { readonly block: bigint; readonly app: bigint };
  readonly chainId: string;
  readonly height: bigint;
  readonly time: Time;
  readonly lastBlockId: BlockId;
  readonly lastCommitHash: Uint8Array;
  readonly dataHash: Uint8Array;
  readonly validatorsHash: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly consensusHash: Uint8Array;
  /** State after the block before this one. */
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  readonly evidenceHash: Uint8Array;
  readonly proposerAddress: Uint8Array;
}

function encodeVersion(version: Header["version"]): Uint8Array {
  return new ProtobufWriter().varint(1, version.block).varint(2, version.app).finish();
}

/** The header's hash, or empty when it names no validators (the reference's nil hash). */
export function headerHash(hash: Hash, header: Header): Uint8Array {
  if (header.validatorsHash.length === 0) return emptyBytes;
  return merkleRoot(hash, [
    encodeVersion(header.version),
    wrapperValue(header.chainId),
    wrapperValue(header.height),
    encodeTime(header.time),
    encodeBlockId(header.lastBlockId),
    wrapperValue(header.lastCommitHash),
    wrapperValue(header.dataHash),
    wrapperValue(header.validatorsHash),
    wrapperValue(header.nextValidatorsHash),
    wrapperValue(header.consensusHash),
    wrapperValue(header.appHash),
    wrapperValue(header.lastResultsHash),
    wrapperValue(header.evidenceHash),
    wrapperValue(header.proposerAddress),
  ]);
}

/** tendermint.types.Header. */
export function encodeHeader(header: Header): Uint8Array {
  return new ProtobufWriter()
    .message(1, encodeVersion(header.version))
    .string(2, header.chainId)
    .varint(3, header.height)
    .message(4, encodeTime(header.time))
    .message(5, encodeBlockId(header.lastBlockId))
    .bytes(6, header.lastCommitHash)
    .bytes(7, header.dataHash)
    .bytes(8, header.validatorsHash)
    .bytes(9, header.nextValidatorsHash)
    .bytes(10, header.consensusHash)
    .bytes(11, header.appHash)
    .bytes(12, header.lastResultsHash)
    .bytes(13, header.evidenceHash)
    .bytes(14, header.proposerAddress)
    .finish();
}

function decodeVersion(bytes: Uint8Array): Header["version"] {
  const version = { block: 0n, app: 0n };
  for (const field of readFields(bytes)) {
    if (field.number === 1) version.block = field.uint64();
    else if (field.number === 2) version.app = field.uint64();
  }
  return version;
}

export function decodeHeader(bytes: Uint8Array): Header {
  const hashes = new Map<number, Uint8Array>();
  let version: Header["version"] = { block: 0n, app: 0n };
  let chainId = "";
  let height = 0n;
  let time = zeroTime;
  let lastBlockId = nilBlockId;
  for (const field of readFields(bytes)) {
    if (field.number === 1) version = decodeVersion(field.bytes());
    else if (field.number === 2) chainId = field.string();
    else if (field.number === 3) height = field.int64();
    else if (field.number === 4) time = decodeTime(field.bytes());
    else if (field.number === 5) lastBlockId = decodeBlockId(field.bytes());
    else if (field.number <= 14) hashes.set(field.number, field.bytes());
  }
  const at = (number: number): Uint8Array => hashes.get(number) ?? emptyBytes;
  return {
    version,
    chainId,
    height,
    time,
    lastBlockId,
    lastCommitHash: at(6),
    dataHash: at(7),
    validatorsHash: at(8),
    nextValidatorsHash: at(9),
    consensusHash: at(10),
    appHash: at(11),
    lastResultsHash: at(12),
    evidenceHash: at(13),
    proposerAddress: at(14),
  };
}

/** The reference's text when the header alone is malformed, or undefined. */
export function checkHeader(header: Header): string | undefined {
  if (header.version.block !== blockProtocol) {
    return `block protocol is incorrect: got: ${header.version.block}, want: ${blockProtocol} `;
  }
  const chainIdBytes = utf8(header.chainId).length;
  if (chainIdBytes > maxChainIdBytes) return `chainID is too long; got: ${chainIdBytes}, max: ${maxChainIdBytes}`;
  if (header.height < 0n) return "negative Height";
  if (header.height === 0n) return "zero Height";
  const lastBlockId = checkBlockId(header.lastBlockId);
  if (lastBlockId !== undefined) return `wrong LastBlockID: ${lastBlockId}`;
  const before = checkHashes(header, ["lastCommitHash", "dataHash", "evidenceHash"]);
  if (before !== undefined) return before;
  if (header.proposerAddress.length !== addressBytes) {
    return `invalid ProposerAddress length; got: ${header.proposerAddress.length}, expected: ${addressBytes}`;
  }
  return checkHashes(header, ["validatorsHash", "nextValidatorsHash", "consensusHash", "lastResultsHash"]);
}

type HashField =
  | "lastCommitHash"
  | "dataHash"
  | "evidenceHash"
  | "validatorsHash"
  | "nextValidatorsHash"
  | "consensusHash"
  | "lastResultsHash";

function checkHashes(header: Header, fields: readonly HashField[]): string | undefined {
  for (const name of fields) {
    const problem = checkHash(header[name]);
    if (problem !== undefined) return `wrong ${name.charAt(0).toUpperCase()}${name.slice(1)}: ${problem}`;
  }
  return undefined;
}
