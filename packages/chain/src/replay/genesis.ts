import type { JsonValue } from "@bufbuild/protobuf";
import type { Hash } from "@stoa/std";
import { utf8 } from "@stoa/std";
import { accountText, moduleAddress, parseTimeText, parseValidator } from "@stoa/wire";
import type { ConsensusParams, InitChainRequest } from "../abci.ts";

type JsonMap = { readonly [key: string]: JsonValue };

function map(value: JsonValue | undefined): JsonMap {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A JSON merge patch (RFC 7386): objects merge, null removes, everything else replaces. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (patch === null || typeof patch !== "object" || Array.isArray(patch)) return patch;
  const merged: { [key: string]: JsonValue } = { ...map(target) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** Module accounts that modules which do not exist yet create at InitGenesis, in the order of their numbers. */
const plantedAccounts: readonly (readonly [name: string, permissions: readonly string[]])[] = [
  ["fee_collector", []],
  ["distribution", []],
  ["bonded_tokens_pool", ["burner", "staking"]],
  ["not_bonded_tokens_pool", ["burner", "staking"]],
  ["gov", ["burner"]],
  ["mint", ["minter"]],
];

/** Accounts of modules that do not exist yet; rows and events about them are not compared. */
export function absentAddresses(hash: Hash): ReadonlySet<string> {
  const names = [...plantedAccounts.map(([name]) => name), "bme", "transfer"];
  return new Set(names.map((name) => accountText(moduleAddress(name, hash))));
}

interface Gentx {
  readonly account: string;
  readonly publicKey: JsonValue;
  readonly denom: string;
  readonly amount: bigint;
}

/** The self-delegation of a genesis transaction, which staking moves to the bonded pool. */
function readGentx(tx: JsonValue): Gentx {
  const [message] = list(map(map(tx).body).messages);
  const value = map(map(message).value);
  const operator = parseValidator(text(map(message).validator_address));
  const [info] = list(map(map(tx).auth_info).signer_infos);
  return {
    account: operator.ok ? accountText(operator.value) : "",
    publicKey: map(info).public_key ?? null,
    denom: text(value.denom),
    amount: BigInt(text(value.amount) || "0"),
  };
}

function plantAccounts(accounts: readonly JsonValue[], gentxs: readonly Gentx[], hash: Hash): JsonValue[] {
  const used = accounts.map((account) => {
    const gentx = gentxs.find((one) => one.account === map(account).address);
    return gentx === undefined ? account : { ...map(account), sequence: "1", pub_key: gentx.publicKey };
  });
  const planted = plantedAccounts.map(([name, permissions], i) => ({
    "@type": "/cosmos.auth.v1beta1.ModuleAccount",
    base_account: {
      address: accountText(moduleAddress(name, hash)),
      pub_key: null,
      account_number: (accounts.length + i).toString(),
      sequence: "0",
    },
    name,
    permissions: [...permissions],
  }));
  return [...used, ...planted];
}

function plantBalances(balances: readonly JsonValue[], gentxs: readonly Gentx[], hash: Hash): JsonValue[] {
  const staked = new Map<string, bigint>();
  const moved = balances.map((row) => {
    const gentx = gentxs.find((one) => one.account === map(row).address);
    if (gentx === undefined) return row;
    staked.set(gentx.denom, (staked.get(gentx.denom) ?? 0n) + gentx.amount);
    const coins = list(map(row).coins).map((coin) => {
      const { denom, amount } = map(coin);
      return denom === gentx.denom ? { denom, amount: (BigInt(text(amount)) - gentx.amount).toString() } : coin;
    });
    return { ...map(row), coins };
  });
  const pool = {
    address: accountText(moduleAddress("bonded_tokens_pool", hash)),
    coins: [...staked].map(([denom, amount]) => ({ denom, amount: amount.toString() })),
  };
  return staked.size === 0 ? moved : [...moved, pool];
}

function consensusParams(value: JsonValue | undefined): ConsensusParams {
  const { block, evidence, validator, version, abci } = map(value);
  return {
    block: { maxBytes: BigInt(text(map(block).max_bytes)), maxGas: BigInt(text(map(block).max_gas)) },
    evidence: {
      maxAgeNumBlocks: BigInt(text(map(evidence).max_age_num_blocks)),
      maxAgeDurationNs: BigInt(text(map(evidence).max_age_duration)),
      maxBytes: BigInt(text(map(evidence).max_bytes)),
    },
    validator: { pubKeyTypes: list(map(validator).pub_key_types).map(text) },
    version: { app: BigInt(text(map(version).app) || "0") },
    abci: { voteExtensionsEnableHeight: BigInt(text(map(abci).vote_extensions_enable_height) || "0") },
  };
}

/** What InitChain gets, and the sections that no module here reads. */
export interface ReplayGenesis {
  readonly request: InitChainRequest;
  readonly sections: readonly string[];
}

/**
 * The genesis of a scenario, with what absent modules leave at InitGenesis planted: their accounts with their numbers,
 * and the effect of the genesis transactions on balances, keys and sequences.
 */
export function replayGenesis(genesis: JsonValue, patch: JsonValue | undefined, hash: Hash): ReplayGenesis {
  const doc = map(patch === undefined ? genesis : mergePatch(genesis, patch));
  const state = map(doc.app_state);
  const gentxs = list(map(state.genutil).gen_txs).map(readGentx);
  const auth = { ...map(state.auth), accounts: plantAccounts(list(map(state.auth).accounts), gentxs, hash) };
  const bank = { ...map(state.bank), balances: plantBalances(list(map(state.bank).balances), gentxs, hash) };
  const time = parseTimeText(text(doc.genesis_time));
  return {
    request: {
      time: time ?? { seconds: 0n, nanos: 0 },
      chainId: text(doc.chain_id),
      consensusParams: consensusParams(map(doc.consensus).params),
      validators: [],
      appStateBytes: utf8(JSON.stringify({ ...state, auth, bank })),
      initialHeight: BigInt(text(doc.initial_height) || "1"),
    },
    sections: Object.keys(state),
  };
}
