import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { addressOfKey, formatTime, type ValidatorUpdate } from "@stoa/consensus";
import { nativeHash, writeFileAtomic } from "@stoa/host";
import { equalBytes, type Log, toBase64, toHexUpper } from "@stoa/std";
import { consensusParamsDocument, parseGenesis } from "./genesis.ts";
import { HomeError } from "./node-home.ts";
import { readStoppedHome } from "./stopped-home.ts";
import { copyValidatorKey, loadValidatorKey } from "./validator-key.ts";

/** What {@link exportGenesis} needs. */
export interface ExportGenesisParams {
  readonly home: string;
  /** The last block whose state is exported; the latest without it. It must still be kept. */
  readonly height?: bigint;
  readonly log: Log;
}

/**
 * The state after a block as the start of a chain that goes on at the next height, in the form of AppGenesis
 * (base-chain.md §10). The node must not run. Throws HomeError, or HostError `locked`.
 */
export function exportGenesis(params: ExportGenesisParams): Promise<Readonly<Record<string, unknown>>> {
  return readStoppedHome(params.home, params.log, ({ home, application, store }) => {
    const last = store.state()?.lastHeight ?? 0n;
    const height = params.height ?? last;
    const header = store.block(height)?.block.header;
    const rules = height === last ? store.state() : store.rules(height + 1n);
    const appState = application.exportGenesis(height);
    if (header === undefined || rules === undefined || appState === undefined) {
      throw new HomeError("missing", `height ${height} is not kept; the last one is ${last}`);
    }
    const nameOf = ({ publicKey: { bytes } }: ValidatorUpdate): string =>
      home.genesis.validators.find(({ publicKey }) => equalBytes(publicKey.bytes, bytes))?.name ?? "";
    const validators = rules.validators.validators.map((each) => validatorDocument(each, nameOf(each)));
    return {
      app_name: "stoa",
      app_version: "0.1.0",
      genesis_time: formatTime(header.time),
      chain_id: home.genesis.chainId,
      initial_height: Number(height + 1n),
      app_hash: null,
      app_state: appState,
      consensus: { validators, params: consensusParamsDocument(rules.params) },
    };
  });
}

/** A validator in a genesis document. */
function validatorDocument({ publicKey, power }: ValidatorUpdate, name: string): Readonly<Record<string, unknown>> {
  return {
    address: toHexUpper(addressOfKey(nativeHash, publicKey)),
    pub_key: { type: "tendermint/PubKeyEd25519", value: toBase64(publicKey.bytes) },
    power: String(power),
    name,
  };
}

/** What {@link importGenesis} needs. */
export interface ImportGenesisParams {
  readonly home: string;
  /** The document, such as an exported one. */
  readonly text: string;
  /**
   * The home whose validator signs the new chain; it must not run again. Without it a fresh key takes the place of the
   * document's validators.
   */
  readonly keysFrom?: string;
}

/** Makes a fresh home that begins with a genesis document. Throws HomeError, KeyFileError or GenesisError. */
export function importGenesis({ home, text, keysFrom }: ImportGenesisParams): void {
  const { validators } = parseGenesis(text);
  const config = join(home, "config");
  const path = join(config, "genesis.json");
  if (existsSync(path) || existsSync(join(home, "node.json"))) {
    throw new HomeError("exists", `${home} holds a node already; choose another folder`);
  }
  mkdirSync(config, { recursive: true, mode: 0o700 });
  if (keysFrom !== undefined) {
    copyValidatorKey(join(keysFrom, "config"), config);
    writeFileAtomic(path, text);
    return;
  }
  const { publicKey } = loadValidatorKey(config);
  const power = validators.reduce((sum, validator) => sum + validator.power, 0n) || 1n;
  const document = JSON.parse(text) as Record<string, Record<string, unknown>>;
  const own = [validatorDocument({ publicKey, power }, "")];
  const changed =
    document.consensus === undefined
      ? { ...document, validators: own }
      : { ...document, consensus: { ...document.consensus, validators: own } };
  writeFileAtomic(path, `${JSON.stringify(changed, null, 2)}\n`);
}
