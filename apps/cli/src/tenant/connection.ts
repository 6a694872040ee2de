import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Broadcaster, ChainClient, ChainError } from "@stoa/client";
import { systemTimers } from "@stoa/host";
import type { Invocation, OptionSpec } from "../command.ts";
import { CliError } from "../command.ts";
import { KeyStore, type LocalSigner } from "../keys/key-store.ts";
import { askPassphrase } from "../keys/passphrase.ts";
import { type HomePaths, type HomeRecord, homePaths, readHome } from "../local/home.ts";
import { processStart } from "../local/process-start.ts";
import { isSimulated, plainReason, refusalHint } from "./refusal.ts";

/** Options of every command that talks to a chain. */
export const connectionOptions: Readonly<Record<string, OptionSpec>> = {
  home: { type: "string", value: "DIR", about: "the home (default: STOA_HOME, else ~/.stoa)" },
  node: { type: "string", value: "URL", about: "JSON-RPC of a node (default: the home's local network)" },
  key: { type: "string", value: "NAME", about: "the key that signs", default: "tenant" },
  json: { type: "boolean", about: "one JSON object a line on stdout" },
};

/** Where the local network of a home answers, written by `up` when it is ready. */
export interface RunRecord extends NodeServers {
  /** The command that started it; it may have ended (`--detach`). */
  readonly pid: number;
  readonly pidStarted: string;
  readonly children: readonly { readonly pid: number; readonly name: string; readonly started: string }[];
  readonly providers: readonly LocalProvider[];
}

/** A provider of the local network. */
export interface LocalProvider {
  readonly name: string;
  readonly address: string;
  /** Its gateway, as registered on the chain. */
  readonly hostUri: string;
  /** Its gRPC server, which the chain does not tell. */
  readonly grpc: string;
}

/** Where a local network's node answers, as URLs. */
export interface NodeServers {
  readonly rpc: string;
  readonly rest: string;
  readonly grpc: string;
}

export function runRecordPath(paths: HomePaths): string {
  return join(paths.run, "up.json");
}

/** The running local network's addresses, or undefined when none was started. */
export function readRunRecord(paths: HomePaths): RunRecord | undefined {
  const path = runRecordPath(paths);
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, "utf8")) as RunRecord;
}

/**
 * The running local network's record, if its node still runs. Where one died, another home's node may listen on its
 * port by now, and must not get what was meant for this one.
 */
export function liveRunRecord(paths: HomePaths): RunRecord | undefined {
  const record = readRunRecord(paths);
  const node = record?.children[0];
  if (node === undefined || node.started === "") return record;
  return processStart(node.pid) === node.started ? record : undefined;
}

/** A chain, and the keys that may act on it. */
export interface Connection {
  readonly paths: HomePaths;
  /** Undefined for a network that this machine does not run. */
  readonly home: HomeRecord | undefined;
  readonly url: string;
  readonly client: ChainClient;
  readonly keys: KeyStore;
  signer(): LocalSigner;
  broadcaster(): Broadcaster;
}

/** Keys of a home: plain on a local network, sealed elsewhere. A command uses one key, and asks once. */
export function keyStoreOf(paths: HomePaths, home: HomeRecord | undefined, creating = false): KeyStore {
  let told: string | undefined;
  const ask = (): string => {
    told ??= askPassphrase("passphrase", creating);
    return told;
  };
  return new KeyStore(paths.keys, home === undefined ? ask : undefined);
}

export function clientOf(url: string): ChainClient {
  return new ChainClient({ url, fetch, timers: systemTimers });
}

/** Opens what the options name. Talks to nobody yet. */
export function connect(invocation: Invocation): Connection {
  const paths = homePaths(invocation.text("home"));
  const node = invocation.text("node");
  const home = node === undefined ? readHome(paths) : undefined;
  const url = node ?? liveRunRecord(paths)?.rpc;
  if (url === undefined)
    throw new CliError("no_network", `no network runs in ${paths.root}, and no --node was given`, {
      hint: "start a local one: stoa up; or name one: --node http://HOST:26657",
    });
  const client = clientOf(url);
  const keys = keyStoreOf(paths, home);
  const signer = (): LocalSigner => keys.signer(invocation.text("key") ?? "tenant");
  return {
    paths,
    home,
    url,
    client,
    keys,
    signer,
    broadcaster: () => new Broadcaster({ client, signer: signer(), timers: systemTimers }),
  };
}

/** A chain's failure as the CLI tells it: what was refused, the code, and what to do. */
export function chainFailure(doing: string, error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (!(error instanceof ChainError)) throw error;
  const simulated = isSimulated(error.message);
  const code = error.codespace === "" || simulated ? "" : `${error.codespace}/${error.abciCode}`;
  const hint =
    error.code === "unreachable"
      ? "is the network running? stoa up starts a local one, or one that was stopped again"
      : refusalHint(code, error.message);
  const text = `${doing}: ${plainReason(error.message)}${code === "" ? "" : ` (${code})`}`;
  return new CliError(`chain_${error.code.replaceAll("-", "_")}`, text, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}
