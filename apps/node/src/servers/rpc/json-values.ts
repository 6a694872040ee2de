import type { TxResult as CheckResult } from "@stoa/chain";
import {
  type AbciEvent,
  type Block,
  type BlockId,
  type Commit,
  type ConsensusParams,
  formatTime,
  type Header,
  type MerkleProof,
  type PublicKey,
  type TxResult,
  type Validator,
  type ValidatorUpdate,
} from "@stoa/consensus";
import { toBase64, toHexUpper } from "@stoa/std";
import type { BlockResults, StoredBlock } from "../../engines/engine.ts";
import type { JsonValue } from "./json-rpc.ts";

/* CometBFT's JSON forms of chain values (base-chain.md §5.2). */

type JsonObject = { readonly [key: string]: JsonValue };

/** Base64, null when empty: how missing bytes are printed. */
export const base64OrNull = (bytes: Uint8Array): JsonValue => (bytes.length === 0 ? null : toBase64(bytes));

export function blockIdJson(id: BlockId): JsonObject {
  return { hash: toHexUpper(id.hash), parts: { total: id.parts.total, hash: toHexUpper(id.parts.hash) } };
}

export function headerJson(header: Header): JsonObject {
  const { block, app } = header.version;
  return {
    version: app === 0n ? { block: String(block) } : { block: String(block), app: String(app) },
    chain_id: header.chainId,
    height: String(header.height),
    time: formatTime(header.time),
    last_block_id: blockIdJson(header.lastBlockId),
    last_commit_hash: toHexUpper(header.lastCommitHash),
    data_hash: toHexUpper(header.dataHash),
    validators_hash: toHexUpper(header.validatorsHash),
    next_validators_hash: toHexUpper(header.nextValidatorsHash),
    consensus_hash: toHexUpper(header.consensusHash),
    app_hash: toHexUpper(header.appHash),
    last_results_hash: toHexUpper(header.lastResultsHash),
    evidence_hash: toHexUpper(header.evidenceHash),
    proposer_address: toHexUpper(header.proposerAddress),
  };
}

export function commitJson(commit: Commit): JsonObject {
  const signatures = commit.signatures.map((signature) => ({
    block_id_flag: signature.flag,
    validator_address: toHexUpper(signature.validatorAddress),
    timestamp: formatTime(signature.time),
    signature: base64OrNull(signature.signature),
  }));
  return {
    height: String(commit.height),
    round: commit.round,
    block_id: blockIdJson(commit.blockId),
    signatures,
  };
}

export function blockJson(block: Block): JsonObject {
  return {
    header: headerJson(block.header),
    data: { txs: block.txs.map(toBase64) },
    // The embedded engine collects no evidence; an engine that does must print it here.
    evidence: { evidence: [] },
    last_commit: commitJson(block.lastCommit),
  };
}

export function blockMetaJson({ block, blockId, size }: StoredBlock): JsonObject {
  return {
    block_id: blockIdJson(blockId),
    block_size: String(size),
    header: headerJson(block.header),
    num_txs: String(block.txs.length),
  };
}

export function publicKeyJson(key: PublicKey): JsonObject {
  const type = key.type === "ed25519" ? "tendermint/PubKeyEd25519" : "tendermint/PubKeySecp256k1";
  return { type, value: toBase64(key.bytes) };
}

export function validatorJson(validator: Validator): JsonObject {
  return {
    address: toHexUpper(validator.address),
    pub_key: publicKeyJson(validator.publicKey),
    voting_power: String(validator.power),
    proposer_priority: String(validator.priority),
  };
}

function validatorUpdateJson({ publicKey, power }: ValidatorUpdate): JsonObject {
  const kind = publicKey.type === "ed25519" ? "Ed25519" : "Secp256K1";
  const value = { [publicKey.type]: toBase64(publicKey.bytes) };
  const key = { Sum: { type: `tendermint.crypto.PublicKey_${kind}`, value } };
  return power === 0n ? { pub_key: key } : { pub_key: key, power: String(power) };
}

export function consensusParamsJson(params: ConsensusParams): JsonObject {
  return {
    ...paramGroupsJson(params),
    version: { app: String(params.version.app) },
    abci: { vote_extensions_enable_height: String(params.abci.voteExtensionsEnableHeight) },
  };
}

/** As results print them: the last two groups leave out zeros. */
function paramUpdatesJson(params: ConsensusParams): JsonObject {
  const { app } = params.version;
  const { voteExtensionsEnableHeight: height } = params.abci;
  return {
    ...paramGroupsJson(params),
    version: app === 0n ? {} : { app: String(app) },
    abci: height === 0n ? {} : { vote_extensions_enable_height: String(height) },
  };
}

function paramGroupsJson({ block, evidence, validator }: ConsensusParams): JsonObject {
  return {
    block: { max_bytes: String(block.maxBytes), max_gas: String(block.maxGas) },
    evidence: {
      max_age_num_blocks: String(evidence.maxAgeNumBlocks),
      max_age_duration: String(evidence.maxAgeDurationNs),
      max_bytes: String(evidence.maxBytes),
    },
    validator: { pub_key_types: [...validator.pubKeyTypes] },
  };
}

export function eventsJson(events: readonly AbciEvent[]): JsonValue[] {
  return events.map(({ type, attributes }) => ({
    type,
    attributes: attributes.map(({ key, value, index }) => ({ key, value, index })),
  }));
}

/** A result with every field, empty ones too. */
export function txResultJson(result: TxResult | CheckResult): JsonObject {
  return {
    code: result.code,
    data: base64OrNull(result.data),
    log: result.log,
    info: "",
    gas_wanted: String(result.gasWanted),
    gas_used: String(result.gasUsed),
    events: eventsJson(result.events),
    codespace: result.codespace,
  };
}

/** A result as the Tx event prints it: empty fields are left out. */
export function sparseTxResultJson(result: TxResult): JsonObject {
  const fields: [string, JsonValue, boolean][] = [
    ["code", result.code, result.code !== 0],
    ["data", toBase64(result.data), result.data.length > 0],
    ["log", result.log, result.log !== ""],
    ["gas_wanted", String(result.gasWanted), result.gasWanted !== 0n],
    ["gas_used", String(result.gasUsed), result.gasUsed !== 0n],
    ["events", eventsJson(result.events), true],
    ["codespace", result.codespace, result.codespace !== ""],
  ];
  return Object.fromEntries(fields.filter(([, , present]) => present).map(([name, value]) => [name, value]));
}

/** The answer of `block_results`: empty lists are null. */
export function blockResultsJson(results: BlockResults): JsonObject {
  const orNull = (values: readonly JsonValue[]): JsonValue => (values.length === 0 ? null : values);
  return {
    height: String(results.height),
    txs_results: orNull(results.txResults.map(txResultJson)),
    finalize_block_events: orNull(eventsJson(results.events)),
    validator_updates: orNull(results.validatorUpdates.map(validatorUpdateJson)),
    consensus_param_updates: paramUpdatesJson(results.consensusParamUpdates),
    app_hash: toBase64(results.appHash),
  };
}

/** What the NewBlock event says of a block's results. */
export function finalizeBlockJson(results: BlockResults): JsonObject {
  const txs = results.txResults.map(txResultJson);
  return {
    events: eventsJson(results.events),
    ...(txs.length === 0 ? {} : { tx_results: txs }),
    validator_updates: results.validatorUpdates.map(validatorUpdateJson),
    consensus_param_updates: paramUpdatesJson(results.consensusParamUpdates),
    app_hash: toBase64(results.appHash),
  };
}

export function merkleProofJson(proof: MerkleProof): JsonObject {
  return {
    total: String(proof.total),
    index: String(proof.index),
    leaf_hash: toBase64(proof.leafHash),
    aunts: proof.aunts.map(toBase64),
  };
}
