import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addressOfKey, formatTime, type Time } from "@stoa/consensus";
import { acquireLock, type Lock, messageOf, nativeHash, privateFileMode, writeFileAtomic } from "@stoa/host";
import { toBase64, toHexUpper } from "@stoa/std";
import { type Genesis, parseGenesis } from "./genesis.ts";
import { loadNodeId, loadValidatorKey, type Signer } from "./validator-key.ts";

/** Form of what a node keeps on disk. A change that older programs cannot read takes the next number. */
const stateFormat = 1;
/** Written into homes, so that a refusal can name the program that is needed. */
const productVersion = "0.1.0";

/** Rules that a chain runs under; fixed when the home is made. */
export type ChainProfile = "akash";

/** A home that cannot be used, with what to do about it. */
export class HomeError extends Error {
  override readonly name = "HomeError";
  readonly code: "missing" | "incomplete" | "too-new" | "mismatch" | "exists" | "damaged";

  constructor(code: HomeError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** What a home records about itself. */
export interface HomeRecord {
  readonly kind: "stoa-node";
  readonly chainId: string;
  readonly profile: ChainProfile;
  readonly stateFormat: number;
  readonly version: string;
}

/** An opened home: locked for this process until closed. */
export interface NodeHome {
  readonly record: HomeRecord;
  readonly genesis: Genesis;
  readonly signer: Signer;
  readonly nodeId: string;
  /** Folder of the validator's state and of the database. */
  readonly dataFolder: string;
  readonly lock: Lock;
}

const paths = (home: string) => ({
  record: join(home, "node.json"),
  lock: join(home, "node.lock"),
  config: join(home, "config"),
  genesis: join(home, "config", "genesis.json"),
  data: join(home, "data"),
});

const privateFolderMode = 0o700;

/** Where a database is made from a snapshot, until it is complete. */
export function restoringFolder(dataFolder: string): string {
  return join(dataFolder, "state.restoring");
}

/** What {@link initNodeHome} writes. */
export interface InitNodeHomeParams {
  readonly home: string;
  readonly chainId: string;
  readonly genesisTime: Time;
  /** The `app_state` object of the genesis file. */
  readonly appState: unknown;
  /** Fixes the validator's key; a fresh one without it. */
  readonly validatorSeed?: Uint8Array;
}

/** Power of the one validator of a new network; alone, any number would do. */
const validatorPower = 10;

/** Makes a home for a new network of one validator: keys, genesis, record. Throws HomeError `exists`. */
export function initNodeHome(params: InitNodeHomeParams): void {
  const at = paths(params.home);
  if (existsSync(at.record) || existsSync(at.genesis)) {
    throw new HomeError("exists", `${params.home} holds a node already; remove it or choose another folder`);
  }
  makeFolders(params.home);
  const signer = loadValidatorKey(at.config, params.validatorSeed);
  loadNodeId(at.config);
  const validator = {
    address: toHexUpper(addressOfKey(nativeHash, signer.publicKey)),
    pub_key: { type: "tendermint/PubKeyEd25519", value: toBase64(signer.publicKey.bytes) },
    power: String(validatorPower),
    name: "validator",
  };
  const genesis = {
    app_name: "stoa",
    app_version: productVersion,
    genesis_time: formatTime(params.genesisTime),
    chain_id: params.chainId,
    initial_height: 1,
    app_hash: null,
    app_state: params.appState,
    consensus: { validators: [validator] },
  };
  const text = `${JSON.stringify(genesis, null, 2)}\n`;
  parseGenesis(text);
  writeFileAtomic(at.genesis, text);
  writeRecord(at.record, params.chainId);
}

function makeFolders(home: string): void {
  const { config, data } = paths(home);
  for (const folder of [home, config, data]) mkdirSync(folder, { recursive: true, mode: privateFolderMode });
}

function writeRecord(path: string, chainId: string): void {
  const record: HomeRecord = { kind: "stoa-node", chainId, profile: "akash", stateFormat, version: productVersion };
  writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`, privateFileMode);
}

/**
 * Opens a home, or refuses with what to do; nothing is changed before every check has passed. A genesis file of somebody
 * else in `config` makes a fresh folder a home. A restore that did not end is refused unless `restoring`. Throws HomeError, GenesisError, KeyFileError, or HostError `locked`.
 */
export function openNodeHome(home: string, { restoring = false } = {}): NodeHome {
  const at = paths(home);
  if (!existsSync(at.genesis)) {
    const code = existsSync(at.record) ? "incomplete" : "missing";
    throw new HomeError(
      code,
      `${at.genesis} is missing: put a genesis file there, or let \`stoa up\` make a local network`,
    );
  }
  const lock = acquireLock({ path: at.lock, purpose: "stoa node" });
  try {
    const genesis = parseGenesis(readFileSync(at.genesis, "utf8"));
    const known = existsSync(at.record) ? readRecord(at.record) : undefined;
    if (known !== undefined && known.chainId !== genesis.chainId) {
      const ids = `${known.chainId}, but its genesis file is of ${genesis.chainId}`;
      throw new HomeError(
        "mismatch",
        `${home} belongs to chain ${ids}; put the genesis file back or use another folder`,
      );
    }
    if (known === undefined && existsSync(join(at.data, "state"))) {
      throw new HomeError(
        "incomplete",
        `${home} holds data, but ${at.record} is missing; restore it or use another folder`,
      );
    }
    if (!restoring && existsSync(restoringFolder(at.data)) && !existsSync(join(at.data, "state"))) {
      const advice = `restore again, or remove ${restoringFolder(at.data)} to begin with the genesis`;
      throw new HomeError("incomplete", `a snapshot was not restored to its end: ${advice}`);
    }
    makeFolders(home);
    const signer = loadValidatorKey(at.config);
    const nodeId = loadNodeId(at.config);
    if (known === undefined) writeRecord(at.record, genesis.chainId);
    return { record: readRecord(at.record), genesis, signer, nodeId, dataFolder: at.data, lock };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** The database's folder, which must be there: opening it would make an empty one. Throws HomeError `missing`. */
export function requireDatabase({ dataFolder }: NodeHome): string {
  const folder = join(dataFolder, "state");
  if (!existsSync(folder)) throw new HomeError("missing", `${folder} is missing: the node has made no blocks yet`);
  return folder;
}

function readRecord(path: string): HomeRecord {
  let value: Partial<HomeRecord>;
  try {
    value = JSON.parse(readFileSync(path, "utf8")) as Partial<HomeRecord>;
  } catch (error) {
    throw new HomeError("damaged", `${path} cannot be read: ${messageOf(error)}`);
  }
  const { kind, chainId, profile, stateFormat: format, version } = value;
  if (kind !== "stoa-node" || typeof chainId !== "string" || typeof format !== "number") {
    throw new HomeError("damaged", `${path} is not the record of a node's home`);
  }
  if (format > stateFormat) {
    const need = `Stoa ${version ?? "newer"} wrote it in form ${format}, this is Stoa ${productVersion} with form ${stateFormat}`;
    throw new HomeError("too-new", `the home cannot be read: ${need}; use that version or a newer one`);
  }
  if (profile !== "akash") throw new HomeError("damaged", `${path} names an unknown profile ${String(profile)}`);
  return { kind, chainId, profile, stateFormat: format, version: version ?? "" };
}
