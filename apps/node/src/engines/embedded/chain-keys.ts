import { concatBytes, type Hash, uint32Be, uint64Be, utf8 } from "@stoa/std";

/*
 * Keys of the engine's records on the backend. The state machine's keys have another prefix, so that both share one
 * atomic batch.
 */
const prefix = utf8("engine/");
const key = (tag: string, ...parts: Uint8Array[]): Uint8Array => concatBytes(prefix, utf8(tag), ...parts);

/** Attribute values longer than this stand in the index with their hash, so that keys stay short. */
const maxValueBytes = 256;

const lengthPrefixed = (bytes: Uint8Array): Uint8Array => concatBytes(uint32Be(bytes.length), bytes);

/** What an index leads to: transactions by their events, or blocks by the events of their own. */
export type IndexKind = "tx" | "block";
const indexTags: Readonly<Record<IndexKind, string>> = { tx: "a", block: "e" };

export const chainKeys = {
  state: (): Uint8Array => key("state"),
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
  /** Everything of the index with this attribute, whatever its value. */
  tag: (kind: IndexKind, name: string): Uint8Array => key(indexTags[kind], lengthPrefixed(utf8(name))),
  /** Everything of the index with this attribute and value, in the order of the chain. */
  attribute: (hash: Hash, kind: IndexKind, name: string, value: string): Uint8Array => {
    const bytes = utf8(value);
    const short =
      bytes.length <= maxValueBytes ? bytes : concatBytes(bytes.slice(0, maxValueBytes), hash.sha256(bytes));
    return concatBytes(chainKeys.tag(kind, name), lengthPrefixed(short));
  },
  place: (height: bigint, index: number): Uint8Array => concatBytes(uint64Be(height), uint32Be(index)),
};

/** Bytes of a place at the end of index keys. */
export const placeBytes = 12;

export function readPlace(bytes: Uint8Array): { readonly height: bigint; readonly index: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - placeBytes, placeBytes);
  return { height: view.getBigUint64(0), index: view.getUint32(8) };
}
