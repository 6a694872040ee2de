import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock, writeFileAtomic, writeSecretFile } from "@stoa/host";
import { CliError, exitCodes } from "../command.ts";
import { addressOfKey, type KeySecret, newMnemonic, privateKeyOf } from "../keys/key-store.ts";
import type { Output } from "../output.ts";
import {
  clientOf,
  keyStoreOf,
  type LocalProvider,
  type NodeServers,
  type RunRecord,
  readRunRecord,
  runRecordPath,
} from "../tenant/connection.ts";
import { Child } from "./child.ts";
import { allowsEthereumKeys, ethereumKeysSection, localAppState, localFunds } from "./genesis.ts";
import {
  childRecordPath,
  createHome,
  type HomePaths,
  type HomeRecord,
  providerKeyFile,
  readHome,
  writeHomeRecord,
} from "./home.ts";
import { chooseEndpoint } from "./ports.ts";
import { processStart } from "./process-start.ts";
import { settingsFile } from "./program.ts";
import { providerConfigOf } from "./provider-preset.ts";

/** A running local network: started here, or found running. */
export interface LocalNetwork extends NodeServers {
  readonly home: HomeRecord;
  readonly tenant: { readonly address: string; readonly mnemonic: string };
  readonly providers: readonly LocalProvider[];
  /** Its processes, if they were started here. */
  readonly children: readonly Child[];
  /** Stops providers, then the node. */
  stop(): Promise<void>;
}

/** Key of the person who deploys; funded by genesis. */
export const tenantKey = "tenant";
/** More providers than this do not fit one machine's loopback plan (127.0.1.N). */
export const maxProviders = 32;

const nodePorts = [
  { server: "rpc", port: 26657 },
  { server: "rest", port: 1317 },
  { server: "grpc", port: 9090 },
] as const;
const gatewayPort = 8443;
const readyMs = 60_000;

/** A home of which somebody removed a part cannot go on: its money and leases are in what is missing. */
function requireWhole(paths: HomePaths): void {
  const parts = [
    join(paths.node, "config", "genesis.json"),
    join(paths.node, "data"),
    join(paths.keys, `${tenantKey}.json`),
    join(paths.provider(1), providerKeyFile),
  ];
  const missing = parts.find((part) => !existsSync(part));
  if (missing === undefined) return;
  throw new CliError("home_incomplete", `${missing} is missing: a part of this home was removed`, {
    hint: `put it back, or start afresh: stoa reset --home ${paths.root}`,
  });
}

/** A genesis cannot be changed: a network that was made without Ethereum keys never has them. */
function requireEthereumKeys(paths: HomePaths): void {
  const genesis = readFileSync(join(paths.node, "config", "genesis.json"), "utf8");
  if (allowsEthereumKeys(genesis)) return;
  throw new CliError("usage", `the network in ${paths.root} was made without --eip191`, {
    hint: `start afresh: stoa reset --home ${paths.root}`,
    exitCode: exitCodes.usage,
  });
}

/** The home of a local network: the one that is there, or a new one with keys and genesis. */
export async function openHome(
  paths: HomePaths,
  params: { readonly blockIntervalMs: number; readonly ethereumKeys?: boolean },
): Promise<{ readonly home: HomeRecord; readonly created: boolean }> {
  const known = readHome(paths);
  if (known !== undefined) {
    requireWhole(paths);
    if (params.ethereumKeys === true) requireEthereumKeys(paths);
    return { home: known, created: false };
  }
  // A home cut short has no record: what it left is made again.
  for (const folder of [paths.node, paths.keys, join(paths.root, "providers")])
    rmSync(folder, { recursive: true, force: true });
  const home = createHome(paths, params.blockIntervalMs);
  const keys = keyStoreOf(paths, home);
  const tenant = keys.add(tenantKey, { mnemonic: newMnemonic() });
  // Every provider that this home may ever have is funded now: genesis cannot be changed later.
  const providers = Array.from({ length: maxProviders }, (_, i) => makeProvider(paths, i + 1));
  // Loaded for a new home alone: the node is a process of its own, and its sources take longest to read.
  const { initNodeHome } = await import("@stoa/node");
  initNodeHome({
    home: paths.node,
    chainId: home.chainId,
    genesisTime: systemClock.nowNs(),
    appState: {
      ...localAppState([
        { address: tenant.address, funds: localFunds.tenant },
        ...providers.map((address) => ({ address, funds: localFunds.provider })),
      ]),
      ...(params.ethereumKeys === true ? ethereumKeysSection : {}),
    },
  });
  writeHomeRecord(paths, home);
  return { home, created: true };
}

/** Makes a provider's folder with its key; answers its address. */
function makeProvider(paths: HomePaths, index: number): string {
  const folder = paths.provider(index);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secret: KeySecret = { mnemonic: newMnemonic() };
  const address = addressOfKey(privateKeyOf(secret));
  writeSecretFile(
    join(folder, providerKeyFile),
    { name: `provider ${index}`, address },
    JSON.stringify(secret),
    undefined,
  );
  return address;
}

/**
 * Starts a program that listens. Between our look at the ports and the program's start another may take one: then the
 * system chooses them.
 */
async function startListening(
  name: string,
  start: (chosen: boolean) => ReturnType<typeof Child.start>,
  output: Output,
): ReturnType<typeof Child.start> {
  try {
    return await start(true);
  } catch (error) {
    if (!(error instanceof CliError) || !error.message.includes(" is in use by another program")) throw error;
    output.progress(`a port of ${name} was taken meanwhile: it listens on others`);
    return await start(false);
  }
}

async function startNode(
  paths: HomePaths,
  home: HomeRecord,
  output: Output,
): Promise<{ child: Child; servers: NodeServers }> {
  const servers = await Promise.all(
    nodePorts.map(async ({ server, port }) => {
      const endpoint = await chooseEndpoint("127.0.0.1", port, `the node's ${server}`);
      if (endpoint.note !== undefined) output.progress(endpoint.note);
      return { server, ...endpoint };
    }),
  );
  output.progress("starting the node");
  const startOn = (chosen: boolean) =>
    Child.start({
      name: "the node",
      words: [
        ...["node", "start", "--home", paths.node, "--block-interval-ms", String(home.blockIntervalMs)],
        ...servers.flatMap(({ server, host, port }) => [
          ...[`--${server}-host`, host],
          ...[`--${server}-port`, String(chosen ? port : 0)],
        ]),
      ],
      logFile: join(paths.logs, "node.log"),
      recordFile: childRecordPath(paths, "node"),
      readyMs,
    });
  const { child, ready } = await startListening("the node", startOn, output);
  return { child, servers: { rpc: String(ready.rpc), rest: String(ready.rest), grpc: String(ready.grpc) } };
}

async function startProvider(
  paths: HomePaths,
  home: HomeRecord,
  index: number,
  params: { readonly rpc: string; readonly dockerHost: string },
  output: Output,
): Promise<{ child: Child; provider: LocalProvider }> {
  const name = `provider ${index}`;
  const { host, port, note } = await chooseEndpoint(`127.0.1.${index}`, gatewayPort, name);
  if (note !== undefined) output.progress(note);
  const startOn = (chosen: boolean) => {
    const at = chosen ? port : 0;
    const settings = providerConfigOf(index, { ...params, host, port: at, blockIntervalMs: home.blockIntervalMs });
    const file = join(paths.provider(index), settingsFile);
    writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
    return Child.start({
      name,
      words: ["provider", "start", "--home", paths.provider(index), "--home-id", home.id],
      logFile: join(paths.logs, `provider-${index}.log`),
      recordFile: childRecordPath(paths, `provider-${index}`),
      readyMs,
    });
  };
  const { child, ready } = await startListening(name, startOn, output);
  const { address, hostUri, grpc } = ready;
  return { child, provider: { name, address: String(address), hostUri: String(hostUri), grpc: String(grpc) } };
}

/** A network is of use when block 2 is committed: results and proofs of block 1 can be asked for. */
async function waitForBlocks(rpc: string): Promise<void> {
  const client = clientOf(rpc);
  for (const deadline = performance.now() + readyMs; performance.now() < deadline; ) {
    const status = await client.status().catch(() => undefined);
    if ((status?.height ?? 0n) >= 2n) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new CliError("no_blocks", `the node makes no blocks after ${readyMs / 1000} s`);
}

function readTenant(paths: HomePaths, home: HomeRecord): LocalNetwork["tenant"] {
  const secret = keyStoreOf(paths, home).secret(tenantKey);
  const mnemonic = "mnemonic" in secret ? secret.mnemonic : "";
  return { address: addressOfKey(privateKeyOf(secret)), mnemonic };
}

/**
 * The network that `--detach` left running, if all of it still runs; what is left of a broken one is stopped, so that a
 * new start finds the home free.
 */
export async function findNetwork(
  paths: HomePaths,
  home: HomeRecord,
  takeDown: () => Promise<unknown>,
): Promise<LocalNetwork | undefined> {
  const record = readRunRecord(paths);
  if (record === undefined) {
    await takeDown();
    return undefined;
  }
  const whole = record.children.every(({ pid, started }) => started !== "" && processStart(pid) === started);
  const answers =
    whole &&
    (await clientOf(record.rpc)
      .status()
      .catch(() => undefined)) !== undefined;
  if (!answers) {
    await takeDown();
    return undefined;
  }
  const { rpc, rest, grpc, providers } = record;
  return {
    home,
    rpc,
    rest,
    grpc,
    tenant: readTenant(paths, home),
    providers,
    children: [],
    stop: async () => void (await takeDown()),
  };
}

/** Starts node and providers; a start that fails stops what it started. */
export async function startNetwork(
  paths: HomePaths,
  home: HomeRecord,
  params: { readonly providers: number; readonly dockerHost: string },
  output: Output,
): Promise<LocalNetwork> {
  for (const folder of [paths.logs, paths.run]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    const [node, ...providers] = children;
    await Promise.all(providers.map((child) => child.stop()));
    await node?.stop();
    rmSync(runRecordPath(paths), { force: true });
  };
  try {
    const node = await startNode(paths, home, output);
    children.push(node.child);
    output.progress(`starting ${params.providers} providers`);
    const started = await Promise.allSettled(
      Array.from({ length: params.providers }, (_, i) =>
        startProvider(paths, home, i + 1, { rpc: node.servers.rpc, dockerHost: params.dockerHost }, output),
      ),
    );
    const providers: LocalProvider[] = [];
    for (const outcome of started) {
      if (outcome.status === "rejected") continue;
      children.push(outcome.value.child);
      providers.push(outcome.value.provider);
    }
    const failed = started.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    await waitForBlocks(node.servers.rpc);
    output.settle();
    const record: RunRecord = {
      ...node.servers,
      pid: process.pid,
      pidStarted: processStart(process.pid),
      children: children.map(({ pid, name }) => ({ pid, name, started: processStart(pid) })),
      providers,
    };
    writeFileAtomic(runRecordPath(paths), `${JSON.stringify(record, null, 2)}\n`);
    return { home, ...node.servers, tenant: readTenant(paths, home), providers, children, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
