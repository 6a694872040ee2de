import type { Hash } from "@stoa/std";
import { ProtobufWriter, readFields } from "./protobuf.ts";

/** Parameters that all nodes share (base-chain.md §1.5). Sizes in bytes, ages in blocks and nanoseconds. */
export interface ConsensusParams {
  readonly block: { readonly maxBytes: bigint; readonly maxGas: bigint };
  readonly evidence: {
    readonly maxAgeNumBlocks: bigint;
    readonly maxAgeDurationNs: bigint;
    readonly maxBytes: bigint;
  };
  readonly validator: { readonly pubKeyTypes: readonly string[] };
  readonly version: { readonly app: bigint };
  readonly abci: { readonly voteExtensionsEnableHeight: bigint };
}

/** A change of parameters: groups that are absent stay as they are. */
export type ConsensusParamsUpdate = Partial<ConsensusParams>;

/** No block is larger than 100 MiB; max_bytes -1 means this. */
export const maxBlockBytes = 104_857_600n;

export const defaultConsensusParams: ConsensusParams = {
  block: { maxBytes: 22_020_096n, maxGas: -1n },
  evidence: { maxAgeNumBlocks: 100_000n, maxAgeDurationNs: 172_800_000_000_000n, maxBytes: 1_048_576n },
  validator: { pubKeyTypes: ["ed25519"] },
  version: { app: 0n },
  abci: { voteExtensionsEnableHeight: 0n },
};

/** ConsensusHash: only the block's limits enter it (base-chain.md §2.3). */
export function consensusParamsHash(hash: Hash, params: ConsensusParams): Uint8Array {
  return hash.sha256(new ProtobufWriter().varint(1, params.block.maxBytes).varint(2, params.block.maxGas).finish());
}

/** Parameters after a block's update. */
export function updateConsensusParams(params: ConsensusParams, update: ConsensusParamsUpdate): ConsensusParams {
  return {
    block: update.block ?? params.block,
    evidence: update.evidence ?? params.evidence,
    validator: update.validator ?? params.validator,
    version: update.version ?? params.version,
    abci: update.abci ?? params.abci,
  };
}

const nanosecondsPerSecond = 1_000_000_000n;

/** tendermint.types.ConsensusParams. */
export function encodeConsensusParams(params: ConsensusParams): Uint8Array {
  const { block, evidence, validator, version, abci } = params;
  const age = new ProtobufWriter()
    .varint(1, evidence.maxAgeDurationNs / nanosecondsPerSecond)
    .varint(2, evidence.maxAgeDurationNs % nanosecondsPerSecond);
  const keys = new ProtobufWriter();
  for (const type of validator.pubKeyTypes) keys.string(1, type);
  return new ProtobufWriter()
    .message(1, new ProtobufWriter().varint(1, block.maxBytes).varint(2, block.maxGas).finish())
    .message(
      2,
      new ProtobufWriter()
        .varint(1, evidence.maxAgeNumBlocks)
        .message(2, age.finish())
        .varint(3, evidence.maxBytes)
        .finish(),
    )
    .message(3, keys.finish())
    .message(4, new ProtobufWriter().varint(1, version.app).finish())
    .message(5, new ProtobufWriter().varint(1, abci.voteExtensionsEnableHeight).finish())
    .finish();
}

function decodeEvidenceParams(bytes: Uint8Array): ConsensusParams["evidence"] {
  const params = { maxAgeNumBlocks: 0n, maxAgeDurationNs: 0n, maxBytes: 0n };
  for (const field of readFields(bytes)) {
    if (field.number === 1) params.maxAgeNumBlocks = field.int64();
    else if (field.number === 3) params.maxBytes = field.int64();
    else if (field.number === 2) {
      for (const part of readFields(field.bytes())) {
        if (part.number === 1) params.maxAgeDurationNs += part.int64() * nanosecondsPerSecond;
        else if (part.number === 2) params.maxAgeDurationNs += part.int64();
      }
    }
  }
  return params;
}

/** Two numbers of a message's first fields. */
function decodePair(bytes: Uint8Array): [bigint, bigint] {
  const pair: [bigint, bigint] = [0n, 0n];
  for (const field of readFields(bytes)) {
    if (field.number === 1) pair[0] = field.int64();
    else if (field.number === 2) pair[1] = field.int64();
  }
  return pair;
}

/** Groups that the bytes lack are absent, as in an update. */
export function decodeConsensusParams(bytes: Uint8Array): ConsensusParamsUpdate {
  let update: ConsensusParamsUpdate = {};
  for (const field of readFields(bytes)) {
    if (field.number === 1) {
      const [maxBytes, maxGas] = decodePair(field.bytes());
      update = { ...update, block: { maxBytes, maxGas } };
    } else if (field.number === 2) update = { ...update, evidence: decodeEvidenceParams(field.bytes()) };
    else if (field.number === 3) {
      const pubKeyTypes = [...readFields(field.bytes())].filter((f) => f.number === 1).map((f) => f.string());
      update = { ...update, validator: { pubKeyTypes } };
    } else if (field.number === 4) update = { ...update, version: { app: decodePair(field.bytes())[0] } };
    else if (field.number === 5) {
      update = { ...update, abci: { voteExtensionsEnableHeight: decodePair(field.bytes())[0] } };
    }
  }
  return update;
}

const knownKeyTypes: readonly string[] = ["ed25519", "secp256k1"];

/** The reference's text when parameters are out of bounds, or undefined. */
export function checkConsensusParams(params: ConsensusParams): string | undefined {
  const { block, evidence, validator, abci } = params;
  if (block.maxBytes === 0n) return "block.MaxBytes cannot be 0";
  if (block.maxBytes < -1n) return `block.MaxBytes must be -1 or greater than 0. Got ${block.maxBytes}`;
  if (block.maxBytes > maxBlockBytes) return `block.MaxBytes is too big. ${block.maxBytes} > ${maxBlockBytes}`;
  if (block.maxGas < -1n) return `block.MaxGas must be greater or equal to -1. Got ${block.maxGas}`;
  if (evidence.maxAgeNumBlocks <= 0n) {
    return `evidence.MaxAgeNumBlocks must be greater than 0. Got ${evidence.maxAgeNumBlocks}`;
  }
  if (evidence.maxAgeDurationNs <= 0n) {
    return `evidence.MaxAgeDuration must be grater than 0 if provided, Got ${evidence.maxAgeDurationNs}`;
  }
  const cap = block.maxBytes === -1n ? maxBlockBytes : block.maxBytes;
  if (evidence.maxBytes > cap) {
    return `evidence.MaxBytesEvidence is greater than upper bound, ${evidence.maxBytes} > ${cap}`;
  }
  if (evidence.maxBytes < 0n) return `evidence.MaxBytes must be non negative. Got: ${evidence.maxBytes}`;
  if (abci.voteExtensionsEnableHeight < 0n) {
    return `ABCI.VoteExtensionsEnableHeight cannot be negative. Got: ${abci.voteExtensionsEnableHeight}`;
  }
  if (validator.pubKeyTypes.length === 0) return "len(Validator.PubKeyTypes) must be greater than 0";
  for (const [index, type] of validator.pubKeyTypes.entries()) {
    if (!knownKeyTypes.includes(type))
      return `params.Validator.PubKeyTypes[${index}], ${type}, is an unknown pubkey type`;
  }
  return undefined;
}
