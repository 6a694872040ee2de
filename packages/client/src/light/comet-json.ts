/** CometBFT's JSON (base-chain.md §5.2) into the values that `@stoa/consensus` verifies. */
import {
  addressOfKey,
  type BlockId,
  type Commit,
  type Header,
  type MerkleProof,
  maxTotalPower,
  type ProofOp,
  type PublicKey,
  type SignedHeader,
  type Validator,
} from "@stoa/consensus";
import { equalBytes, type Hash } from "@stoa/std";
import type { JsonValue } from "./json-value.ts";

/** CometBFT allows no larger set, and so no more signatures (types/vote_set.go, MaxVotesCount). */
export const maxValidators = 10_000;
/** A block of 100 MiB holds no more transactions of a byte each with their two bytes of framing. */
export const maxTxs = 35_000_000;
/** A tree with longer proofs cannot exist. */
const maxAunts = 100;
/** A node's log that is shown; what is longer helps nobody. */
const maxLogChars = 200;
/** Proofs of queries have two steps (base-chain.md §3.5). */
const maxProofOps = 2;

export function readBlockId(json: JsonValue): BlockId {
  const parts = json.field("parts");
  const total = parts.field("total").int32();
  return { hash: json.field("hash").hex(), parts: { total, hash: parts.field("hash").hex() } };
}

export function readHeader(json: JsonValue): Header {
  const version = json.field("version");
  return {
    version: { block: version.field("block").int64OrZero(), app: version.field("app").int64OrZero() },
    chainId: json.field("chain_id").text(),
    height: json.field("height").int64(),
    time: json.field("time").time(),
    lastBlockId: readBlockId(json.field("last_block_id")),
    lastCommitHash: json.field("last_commit_hash").hex(),
    dataHash: json.field("data_hash").hex(),
    validatorsHash: json.field("validators_hash").hex(),
    nextValidatorsHash: json.field("next_validators_hash").hex(),
    consensusHash: json.field("consensus_hash").hex(),
    appHash: json.field("app_hash").hex(),
    lastResultsHash: json.field("last_results_hash").hex(),
    evidenceHash: json.field("evidence_hash").hex(),
    proposerAddress: json.field("proposer_address").hex(),
  };
}

export function readCommit(json: JsonValue): Commit {
  return {
    height: json.field("height").int64(),
    round: json.field("round").int32(),
    blockId: readBlockId(json.field("block_id")),
    signatures: json
      .field("signatures")
      .list(maxValidators)
      .map((signature) => ({
        flag: signature.field("block_id_flag").int32(),
        validatorAddress: signature.field("validator_address").hex(),
        time: signature.field("timestamp").time(),
        signature: signature.field("signature").base64(),
      })),
  };
}

/** The result of `commit`. */
export function readSignedHeader(json: JsonValue): SignedHeader {
  const signed = json.field("signed_header");
  return { header: readHeader(signed.field("header")), commit: readCommit(signed.field("commit")) };
}

const keyTypes: ReadonlyMap<string, PublicKey["type"]> = new Map([
  ["tendermint/PubKeyEd25519", "ed25519"],
  ["tendermint/PubKeySecp256k1", "secp256k1"],
]);
const keyBytes: Readonly<Record<PublicKey["type"], number>> = { ed25519: 32, secp256k1: 33 };

function readPublicKey(json: JsonValue): PublicKey {
  const type = keyTypes.get(json.field("type").text()) ?? json.field("type").refuse("a known key type");
  const bytes = json.field("value").base64();
  if (bytes.length !== keyBytes[type]) json.field("value").refuse(`a key of ${keyBytes[type]} bytes`);
  return { type, bytes };
}

/** A validator as somebody tells it; nothing says yet that the address follows from the key. */
export function readValidator(json: JsonValue): Validator {
  const publicKey = readPublicKey(json.field("pub_key"));
  const power = json.field("voting_power").int64();
  if (power < 0n || power > maxTotalPower) json.field("voting_power").refuse("a voting power");
  const priority = json.field("proposer_priority").int64OrZero();
  return { address: json.field("address").hex(), publicKey, power, priority };
}

/** One page of `validators`. Priorities are not proven by anything, so they are left out. */
export function readValidators(hash: Hash, json: JsonValue): Validator[] {
  return json
    .field("validators")
    .list(maxValidators)
    .map((item) => {
      const validator = { ...readValidator(item), priority: 0n };
      const derived = addressOfKey(hash, validator.publicKey);
      if (!equalBytes(derived, validator.address)) item.field("address").refuse("the address of the key");
      return validator;
    });
}

/** What all nodes agree on of a transaction's result; logs and events are the node's own word. */
export interface ProvenResult {
  readonly code: number;
  readonly data: Uint8Array;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
}

export function readResult(json: JsonValue): ProvenResult {
  return {
    code: json.field("code").int32(),
    data: json.field("data").base64(),
    gasWanted: json.field("gas_wanted").int64OrZero(),
    gasUsed: json.field("gas_used").int64OrZero(),
  };
}

/** The result of `block_results`. */
export function readResults(json: JsonValue): {
  readonly height: bigint;
  readonly results: readonly ProvenResult[];
  readonly appHash: Uint8Array;
} {
  return {
    height: json.field("height").int64(),
    results: json.field("txs_results").list(maxTxs).map(readResult),
    appHash: json.field("app_hash").base64(),
  };
}

/** The result of `tx` with its proof. */
export function readProvenTx(json: JsonValue): {
  readonly hash: Uint8Array;
  readonly height: bigint;
  readonly index: number;
  readonly tx: Uint8Array;
  readonly result: ProvenResult;
  readonly root: Uint8Array;
  readonly proven: Uint8Array;
  readonly proof: MerkleProof;
} {
  const proof = json.field("proof");
  const path = proof.field("proof");
  return {
    hash: json.field("hash").hex(),
    height: json.field("height").int64(),
    index: json.field("index").int32(),
    tx: json.field("tx").base64(),
    result: readResult(json.field("tx_result")),
    root: proof.field("root_hash").hex(),
    proven: proof.field("data").base64(),
    proof: {
      total: Number(path.field("total").int64()),
      index: Number(path.field("index").int64()),
      leafHash: path.field("leaf_hash").base64(),
      aunts: path
        .field("aunts")
        .list(maxAunts)
        .map((aunt) => aunt.base64()),
    },
  };
}

/** The `response` of `abci_query`. */
export function readQueryResponse(json: JsonValue): {
  readonly code: number;
  /** The node's own word, for messages alone. */
  readonly log: string;
  readonly height: bigint;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly ops: readonly ProofOp[];
} {
  const proof = json.field("proofOps");
  const log = json.field("log");
  const ops = proof.isMissing ? [] : proof.field("ops").list(maxProofOps);
  return {
    code: json.field("code").int32(),
    log: log.isMissing ? "" : log.text().slice(0, maxLogChars),
    height: json.field("height").int64OrZero(),
    key: json.field("key").base64(),
    value: json.field("value").base64(),
    ops: ops.map((op) => ({
      type: op.field("type").text(),
      key: op.field("key").base64(),
      data: op.field("data").base64(),
    })),
  };
}
