import { create, toBinary } from "@bufbuild/protobuf";
import { BytesValueSchema, Int64ValueSchema, StringValueSchema } from "@bufbuild/protobuf/wkt";
import type { comet38, ReadonlyDateWithNanoseconds } from "@cosmjs/tendermint-rpc";
import { nativeHash } from "@stoa/host";
import { concatBytes, emptyBytes } from "@stoa/std";
import { Timestamp } from "cosmjs-types/google/protobuf/timestamp";
import { BlockID } from "cosmjs-types/tendermint/types/types";
import { Consensus } from "cosmjs-types/tendermint/version/types";

/*
 * A header's hash from the fields that CosmJS has read, by codecs of others: base-chain.md §§2.1, 2.2.
 */

/** Hash of a leaf of a Merkle tree. */
export function leafHash(leaf: Uint8Array): Uint8Array {
  return nativeHash.sha256(concatBytes(Uint8Array.of(0), leaf));
}

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return leafHash(only);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const halves = [leaves.slice(0, split), leaves.slice(split)].map(rootOf);
  return nativeHash.sha256(concatBytes(Uint8Array.of(1), ...halves));
}

/** A moment of CosmJS with all its digits. */
export function timestampOf(time: ReadonlyDateWithNanoseconds): Timestamp {
  const ms = time.getTime();
  const nanos = (ms % 1_000) * 1_000_000 + (time.nanoseconds ?? 0);
  return { seconds: BigInt(Math.floor(ms / 1_000)), nanos };
}

/** The hash that names the header's block. */
export function headerHash(header: comet38.Header): Uint8Array {
  const bytes = (value: Uint8Array) => toBinary(BytesValueSchema, create(BytesValueSchema, { value }));
  const last = header.lastBlockId;
  const partSetHeader = { total: last?.parts.total ?? 0, hash: last?.parts.hash ?? emptyBytes };
  return rootOf([
    Consensus.encode({ block: BigInt(header.version.block), app: BigInt(header.version.app) }).finish(),
    toBinary(StringValueSchema, create(StringValueSchema, { value: header.chainId })),
    toBinary(Int64ValueSchema, create(Int64ValueSchema, { value: BigInt(header.height) })),
    Timestamp.encode(timestampOf(header.time)).finish(),
    BlockID.encode({ hash: last?.hash ?? emptyBytes, partSetHeader }).finish(),
    bytes(header.lastCommitHash),
    bytes(header.dataHash),
    bytes(header.validatorsHash),
    bytes(header.nextValidatorsHash),
    bytes(header.consensusHash),
    bytes(header.appHash),
    bytes(header.lastResultsHash),
    bytes(header.evidenceHash),
    bytes(header.proposerAddress),
  ]);
}
