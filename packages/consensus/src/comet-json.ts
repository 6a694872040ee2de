import type { BlockId } from "./block-id.ts";
import type { Commit } from "./commit.ts";
import type { ConsensusParams } from "./consensus-params.ts";
import type { Header } from "./header.ts";
import type { MerkleProof } from "./merkle.ts";
import { parseTime, type Time } from "./time.ts";
import type { ValidatorUpdate } from "./validator-changes.ts";
import type { Validator } from "./validator-set.ts";
import { base64, type Case, hex, integer, list, object, text } from "./vector-check.ts";

/* CometBFT's JSON as the recorded vectors carry it; only their families read it. */

export function timeOf(value: Case[string] | undefined): Time {
  const time = parseTime(text(value));
  if (time === undefined) throw new Error(`a time was expected: ${text(value)}`);
  return time;
}

export function blockIdOfJson(json: Case): BlockId {
  const parts = object(json.parts);
  return { hash: hex(json.hash), parts: { total: Number(integer(parts.total)), hash: hex(parts.hash) } };
}

export function headerOfJson(json: Case): Header {
  const version = object(json.version);
  return {
    version: { block: integer(version.block), app: integer(version.app) },
    chainId: text(json.chain_id),
    height: integer(json.height),
    time: timeOf(json.time),
    lastBlockId: blockIdOfJson(object(json.last_block_id)),
    lastCommitHash: hex(json.last_commit_hash),
    dataHash: hex(json.data_hash),
    validatorsHash: hex(json.validators_hash),
    nextValidatorsHash: hex(json.next_validators_hash),
    consensusHash: hex(json.consensus_hash),
    appHash: hex(json.app_hash),
    lastResultsHash: hex(json.last_results_hash),
    evidenceHash: hex(json.evidence_hash),
    proposerAddress: hex(json.proposer_address),
  };
}

export function commitOfJson(json: Case): Commit {
  return {
    height: integer(json.height),
    round: Number(integer(json.round)),
    blockId: blockIdOfJson(object(json.block_id)),
    signatures: list(json.signatures)
      .map(object)
      .map((signature) => ({
        flag: Number(integer(signature.block_id_flag)),
        validatorAddress: hex(signature.validator_address),
        time: timeOf(signature.timestamp),
        signature: base64(signature.signature),
      })),
  };
}

export function proofOfJson(json: Case): MerkleProof {
  return {
    total: Number(integer(json.total)),
    index: Number(integer(json.index)),
    leafHash: base64(json.leaf_hash),
    aunts: list(json.aunts).map(base64),
  };
}

export function proofToJson(proof: MerkleProof, toBase64: (bytes: Uint8Array) => string): Case {
  return {
    total: String(proof.total),
    index: String(proof.index),
    leaf_hash: toBase64(proof.leafHash),
    aunts: proof.aunts.map(toBase64),
  };
}

export function paramsOfJson(json: Case): ConsensusParams {
  const block = object(json.block);
  const evidence = object(json.evidence);
  return {
    block: { maxBytes: integer(block.max_bytes), maxGas: integer(block.max_gas) },
    evidence: {
      maxAgeNumBlocks: integer(evidence.max_age_num_blocks),
      maxAgeDurationNs: integer(evidence.max_age_duration),
      maxBytes: integer(evidence.max_bytes),
    },
    validator: { pubKeyTypes: list(object(json.validator).pub_key_types).map(text) },
    version: { app: integer(object(json.version).app) },
    abci: { voteExtensionsEnableHeight: integer(object(json.abci).vote_extensions_enable_height) },
  };
}

/** `{pubKey, power}` of an ed25519 validator. */
export function updateOfJson(json: Case): ValidatorUpdate {
  return { publicKey: { type: "ed25519", bytes: hex(json.pubKey) }, power: integer(json.power) };
}

/** `{pubKey, power, priority}`. */
export function validatorOfJson(json: Case, addressOf: (update: ValidatorUpdate) => Uint8Array): Validator {
  const update = updateOfJson(json);
  return { ...update, address: addressOf(update), priority: integer(json.priority) };
}
