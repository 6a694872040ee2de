import {
  type ConsensusParams,
  checkConsensusParams,
  defaultConsensusParams,
  maxChainIdBytes,
  parseTime,
  type Time,
  type ValidatorUpdate,
} from "@stoa/consensus";
import { fromBase64, utf8 } from "@stoa/std";

/** The start of a chain, from either form of the file (base-chain.md §10). */
export interface Genesis {
  readonly chainId: string;
  readonly time: Time;
  readonly initialHeight: bigint;
  readonly params: ConsensusParams;
  /** Often empty: the state machine names them. */
  readonly validators: readonly (ValidatorUpdate & { readonly name: string })[];
  /** `app_state` as JSON text in UTF-8. */
  readonly appState: Uint8Array;
  /** `app_state` as parsed, for the RPC's genesis. */
  readonly appStateJson: unknown;
}

/** A genesis file that cannot be used. */
export class GenesisError extends Error {
  override readonly name = "GenesisError";
}

type Json = Readonly<Record<string, unknown>>;

/** Reads AppGenesis of SDK 0.50 and later, and the older CometBFT document. Throws GenesisError with what is wrong. */
export function parseGenesis(text: string): Genesis {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new GenesisError(`the genesis file is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const file = object(parsed, "the genesis file");
  const consensus = file.consensus === undefined ? {} : object(file.consensus, "consensus");
  const chainId = file.chain_id;
  if (typeof chainId !== "string" || chainId === "") throw new GenesisError("chain_id is missing");
  if (utf8(chainId).length > maxChainIdBytes)
    throw new GenesisError(`chain_id is longer than ${maxChainIdBytes} bytes`);
  const time = typeof file.genesis_time === "string" ? parseTime(file.genesis_time) : undefined;
  if (time === undefined) throw new GenesisError("genesis_time is no RFC 3339 time");
  const initialHeight = integer(file.initial_height ?? 1, "initial_height");
  if (initialHeight < 0n) throw new GenesisError("initial_height is negative");
  const params = parseParams(consensus.params ?? file.consensus_params);
  const problem = checkConsensusParams(params);
  if (problem !== undefined) throw new GenesisError(`consensus parameters: ${problem}`);
  const validators = list(consensus.validators ?? file.validators, "validators").map(parseValidator);
  const appStateJson = file.app_state ?? {};
  return {
    chainId,
    time,
    initialHeight: initialHeight === 0n ? 1n : initialHeight,
    params,
    validators,
    appState: utf8(JSON.stringify(appStateJson)),
    appStateJson,
  };
}

/** Consensus parameters as AppGenesis holds them. */
export function consensusParamsDocument(params: ConsensusParams): Readonly<Record<string, unknown>> {
  const { block, evidence, validator, version, abci } = params;
  return {
    block: { max_bytes: String(block.maxBytes), max_gas: String(block.maxGas) },
    evidence: {
      max_age_num_blocks: String(evidence.maxAgeNumBlocks),
      max_age_duration: String(evidence.maxAgeDurationNs),
      max_bytes: String(evidence.maxBytes),
    },
    validator: { pub_key_types: [...validator.pubKeyTypes] },
    version: { app: String(version.app) },
    abci: { vote_extensions_enable_height: String(abci.voteExtensionsEnableHeight) },
  };
}

function parseParams(value: unknown): ConsensusParams {
  if (value === undefined || value === null) return defaultConsensusParams;
  const file = object(value, "consensus parameters");
  const group = (name: string): Json => (file[name] === undefined ? {} : object(file[name], name));
  const [block, evidence, validator, version, abci] = ["block", "evidence", "validator", "version", "abci"].map(group);
  const initial = defaultConsensusParams;
  const number = (json: Json | undefined, name: string, otherwise: bigint): bigint => {
    return json?.[name] === undefined ? otherwise : integer(json[name], name);
  };
  const types = validator?.pub_key_types;
  return {
    block: {
      maxBytes: number(block, "max_bytes", initial.block.maxBytes),
      maxGas: number(block, "max_gas", initial.block.maxGas),
    },
    evidence: {
      maxAgeNumBlocks: number(evidence, "max_age_num_blocks", initial.evidence.maxAgeNumBlocks),
      maxAgeDurationNs: number(evidence, "max_age_duration", initial.evidence.maxAgeDurationNs),
      maxBytes: number(evidence, "max_bytes", initial.evidence.maxBytes),
    },
    validator: {
      pubKeyTypes: types === undefined ? initial.validator.pubKeyTypes : list(types, "pub_key_types").map(String),
    },
    version: { app: number(version, "app", 0n) },
    abci: { voteExtensionsEnableHeight: number(abci, "vote_extensions_enable_height", 0n) },
  };
}

function parseValidator(value: unknown): ValidatorUpdate & { name: string } {
  const file = object(value, "a validator");
  const key = object(file.pub_key, "pub_key");
  const bytes = typeof key.value === "string" ? fromBase64(key.value) : undefined;
  if (key.type !== "tendermint/PubKeyEd25519" || bytes?.length !== 32) {
    throw new GenesisError("a validator's pub_key is no ed25519 key");
  }
  const power = integer(file.power, "power");
  if (power <= 0n) throw new GenesisError("a validator's power is not positive");
  return { publicKey: { type: "ed25519", bytes }, power, name: typeof file.name === "string" ? file.name : "" };
}

function object(value: unknown, name: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new GenesisError(`${name} is no object`);
  return value as Json;
}

function list(value: unknown, name: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new GenesisError(`${name} is no list`);
  return value;
}

/** Integers stand as numbers in one form and as texts in the other. */
function integer(value: unknown, name: string): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d{1,19}$/.test(value)) return BigInt(value);
  throw new GenesisError(`${name} is no integer`);
}
