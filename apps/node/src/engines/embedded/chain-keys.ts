import { concatBytes, uint32Be, uint64Be, utf8 } from "@stoa/std";

/*
 * Keys of the engine's records on the backend. The state machine's keys have another prefix, so that both share one
 * atomic batch.
 */
const prefix = utf8("engine/");
const key = (tag: string, ...parts: Uint8Array[]): Uint8Array => concatBytes(prefix, utf8(tag), ...parts);

export const chainKeys = {
  state: (): Uint8Array => key("state"),
  /** Height of the first block that is kept. */
  base: (): Uint8Array => key("base"),
  /** The serialised block. */
  block: (height: bigint): Uint8Array => key("b", uint64Be(height)),
  blockId: (height: bigint): Uint8Array => key("i", uint64Be(height)),
  /** Height of a block hash. */
  heightOfHash: (hash: Uint8Array): Uint8Array => key("h", hash),
  /** What executing the block gave, without the transactions' results. */
  results: (height: bigint): Uint8Array => key("r", uint64Be(height)),
  txResult: (height: bigint, index: number): Uint8Array => key("t", uint64Be(height), uint32Be(index)),
  /** Validators and parameters of a height. */
  rules: (height: bigint): Uint8Array => key("v", uint64Be(height)),
  /** Height and index of a transaction's hash. */
  placeOfTx: (hash: Uint8Array): Uint8Array => key("x", hash),
  place: (height: bigint, index: number): Uint8Array => concatBytes(uint64Be(height), uint32Be(index)),
};

/** Bytes of a place. */
const placeBytes = 12;

export function readPlace(bytes: Uint8Array): { readonly height: bigint; readonly index: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - placeBytes, placeBytes);
  return { height: view.getBigUint64(0), index: view.getUint32(8) };
}
