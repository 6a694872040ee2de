import { concatBytes, emptyBytes, equalBytes, toHexUpper } from "@stoa/std";
import { ProtobufWriter, readFields } from "./protobuf.ts";

/** Number and merkle root of a block's parts (base-chain.md §2.4). */
export interface PartSetHeader {
  readonly total: number;
  readonly hash: Uint8Array;
}

/** What a vote is about: the header's hash and the parts that carry the block. Nil when both are empty. */
export interface BlockId {
  readonly hash: Uint8Array;
  readonly parts: PartSetHeader;
}

/** The block id of no block: before the first block, and in votes for nil. */
export const nilBlockId: BlockId = { hash: emptyBytes, parts: { total: 0, hash: emptyBytes } };

export function isNilBlockId(id: BlockId): boolean {
  return id.hash.length === 0 && id.parts.total === 0 && id.parts.hash.length === 0;
}

/** True when hash and parts are all there. */
export function isCompleteBlockId(id: BlockId): boolean {
  return id.hash.length === 32 && id.parts.total > 0 && id.parts.hash.length === 32;
}

export function equalBlockIds(a: BlockId, b: BlockId): boolean {
  return equalBytes(a.hash, b.hash) && a.parts.total === b.parts.total && equalBytes(a.parts.hash, b.parts.hash);
}

export function encodePartSetHeader(parts: PartSetHeader): Uint8Array {
  return new ProtobufWriter().varint(1, parts.total).bytes(2, parts.hash).finish();
}

export function decodePartSetHeader(bytes: Uint8Array): PartSetHeader {
  let total = 0;
  let hash = emptyBytes;
  for (const field of readFields(bytes)) {
    if (field.number === 1) total = field.uint32();
    else if (field.number === 2) hash = field.bytes();
  }
  return { total, hash };
}

/** tendermint.types.BlockID; the part set header is always there (§2.2). The canonical form has the same bytes. */
export function encodeBlockId(id: BlockId): Uint8Array {
  return new ProtobufWriter().bytes(1, id.hash).message(2, encodePartSetHeader(id.parts)).finish();
}

export function decodeBlockId(bytes: Uint8Array): BlockId {
  let hash = emptyBytes;
  let parts = nilBlockId.parts;
  for (const field of readFields(bytes)) {
    if (field.number === 1) hash = field.bytes();
    else if (field.number === 2) parts = decodePartSetHeader(field.bytes());
  }
  return { hash, parts };
}

/** Orders the votes of evidence: the hash followed by the part set header's bytes. */
export function blockIdKey(id: BlockId): Uint8Array {
  return concatBytes(id.hash, encodePartSetHeader(id.parts));
}

/** Text of a block id in the reference's messages. */
export function blockIdText(id: BlockId): string {
  return `${toHexUpper(id.hash)}:${id.parts.total}:${toHexUpper(id.parts.hash.subarray(0, 6))}`;
}

/** Error text when the id is malformed, or undefined. */
export function checkBlockId(id: BlockId): string | undefined {
  return checkHash(id.hash) ?? checkPartSetHeader(id.parts);
}

function checkPartSetHeader(parts: PartSetHeader): string | undefined {
  const problem = checkHash(parts.hash);
  return problem === undefined ? undefined : `wrong PartSetHeader: wrong Hash: ${problem}`;
}

/** Error text unless the hash is empty or has 32 bytes. */
export function checkHash(hash: Uint8Array): string | undefined {
  if (hash.length === 0 || hash.length === 32) return undefined;
  return `expected size to be 32 bytes, got ${hash.length} bytes`;
}
