import { join } from "node:path";
import type { Application } from "@stoa/chain";
import {
  LevelBackend,
  nativeHash,
  readTlsFiles,
  runProcess,
  Scope,
  SignatureWorkers,
  systemClock,
  systemTimers,
  type TlsFiles,
} from "@stoa/host";
import { type Log, toHexUpper } from "@stoa/std";
import type { Backend } from "@stoa/store";
import { type DecCoins, formatDecCoins, parseDecCoins } from "@stoa/wire";
import { ChainStore } from "./engines/embedded/chain-store.ts";
import { EmbeddedEngine } from "./engines/embedded/embedded-engine.ts";
import type { EventIndex } from "./event-index/event-index.ts";
import { SqliteEventIndex } from "./event-index/sqlite-event-index.ts";
import { type NodeHome, openNodeHome } from "./home/node-home.ts";
import { loadSignedState, precommitStep, saveSignedState } from "./home/validator-key.ts";
import { contradiction, type NodeConfig } from "./node-config.ts";
import { checksAhead, interfaceVersion, openApplication, openVerifier } from "./open-application.ts";
import { startGrpcServer } from "./servers/grpc/grpc-server.ts";
import { HttpFront } from "./servers/http-front.ts";
import { startMetricsServer } from "./servers/metrics/metrics-server.ts";
import { startRestServer } from "./servers/rest/rest-server.ts";
import { startRpcServer } from "./servers/rpc/rpc-server.ts";
import { nodeServices, withNodeServices } from "./servers/services/node-services.ts";
import type { ServiceContext } from "./servers/services/service-context.ts";
import type { ServiceTable } from "./servers/services/service-table.ts";
import { SnapshotFolder } from "./snapshots/snapshot-folder.ts";
import { SnapshotKeeper } from "./snapshots/snapshot-keeper.ts";

/** The node cannot start, or not go on; the message says what to do. */
export class NodeError extends Error {
  override readonly name = "NodeError";
}

/** What {@link startNode} needs. */
export interface StartNodeParams {
  readonly home: string;
  readonly config: NodeConfig;
  readonly log: Log;
}

/** A node that makes blocks and answers. */
export interface RunningNode {
  readonly chainId: string;
  /** `http://127.0.0.1:26657`. */
  readonly rpcUrl: string;
  /** `http://127.0.0.1:9090`; undefined when gRPC is off. */
  readonly grpcUrl: string | undefined;
  /** `http://127.0.0.1:1317`; undefined when REST is off. */
  readonly restUrl: string | undefined;
  readonly nodeId: string;
  readonly validatorAddress: string;
  /** `http://127.0.0.1:26660`; undefined when metrics are off. */
  readonly metricsUrl: string | undefined;
  /** Height of the last block. */
  height(): bigint;
  /** Resolves with the reason when no more blocks can be made: the disk is full, an invariant is broken. */
  readonly halted: Promise<Error>;
  /** Finishes the block in work, closes the servers and the database. */
  close(): Promise<void>;
}

/** Starts a node on its home; resolves when a block is there and RPC answers. A failed start leaves nothing open. */
export async function startNode(params: StartNodeParams): Promise<RunningNode> {
  const { config, log } = params;
  const problem = contradiction(config);
  if (problem !== undefined) throw new NodeError(problem);
  // Before anything is made: a block is there before the servers are.
  readTlsFiles(config.tlsCertificate, config.tlsKey);
  const { value, scope } = await Scope.start((scope) => build(params, scope), { log });
  return { ...value, close: () => scope.close() };
}

async function build(params: StartNodeParams, scope: Scope): Promise<Omit<RunningNode, "close">> {
  const { config, log } = params;
  const minGasPrices = parsePrices(config.minimumGasPrices);
  const home = openNodeHome(params.home);
  scope.add("home", home.lock);
  const backend = scope.add("database", await LevelBackend.open(join(home.dataFolder, "state")));
  const index = scope.add("event index", SqliteEventIndex.open(join(home.dataFolder, "events.sqlite"), log));
  const { engine, chain, workers } = makeEngine(params, { home, backend, index, minGasPrices });
  scope.defer("signature threads", () => workers.close());
  guardSignedState(home, engine.height);
  scope.defer("signed state", () => recordSigned(home, engine.height));
  scope.defer("engine", () => engine.stop());
  await engine.start();
  const snapshots = keepSnapshots(params, scope, { engine, application: chain, backend, dataFolder: home.dataFolder });
  let rpcAddress = "";
  const context = { ...serviceContext(params, home, engine, minGasPrices), rpcAddress: () => rpcAddress };
  const services = nodeServices(context, chain);
  const rpc = scope.add(
    "rpc",
    await startRpcServer({
      host: config.rpcHost,
      port: config.rpcPort,
      context: { ...context, engine: withNodeServices(engine, services.own), log: log.child({ part: "rpc" }) },
      ...httpOptions(config),
    }),
  );
  rpcAddress = `tcp://${config.rpcHost}:${rpc.port}`;
  const [grpc, rest] = await startQueryServers(params, scope, services.all);
  const metrics = await startMetrics(params, scope, engine, snapshots);
  const urls = { rpcUrl: rpc.url, grpcUrl: grpc?.url, restUrl: rest?.url, metricsUrl: metrics?.url };
  log.info("the node runs", { chainId: engine.chainId, height: engine.height, ...urls });
  return {
    chainId: engine.chainId,
    ...urls,
    nodeId: home.nodeId,
    validatorAddress: toHexUpper(home.signer.address),
    height: () => engine.height,
    halted: engine.halted,
  };
}

function serviceContext(
  { config, log }: StartNodeParams,
  home: NodeHome,
  engine: EmbeddedEngine,
  minGasPrices: DecCoins,
): Omit<ServiceContext, "rpcAddress"> {
  return {
    engine,
    genesis: home.genesis,
    hash: nativeHash,
    clock: systemClock,
    timers: systemTimers,
    log: log.child({ part: "services" }),
    identity: {
      nodeId: home.nodeId,
      moniker: config.moniker,
      listenAddress: "tcp://0.0.0.0:26656",
      appVersion: interfaceVersion,
    },
    minimumGasPrices: formatDecCoins(minGasPrices),
    keepVersions: config.keepVersions,
  };
}

/** Origins, rates and TLS, as the settings have them; every server gets a count of its own. */
function httpOptions({ corsOrigins, requestsPerSecond, tlsCertificate, tlsKey }: NodeConfig): {
  readonly front: HttpFront;
  readonly tls?: TlsFiles;
} {
  const tls = readTlsFiles(tlsCertificate, tlsKey);
  const front = new HttpFront({ corsOrigins, requestsPerSecond, clock: systemClock });
  return tls === undefined ? { front } : { front, tls };
}

interface SnapshotParts {
  readonly engine: EmbeddedEngine;
  readonly application: Application;
  readonly backend: Backend;
  readonly dataFolder: string;
}

/** Snapshots beside the blocks, if the settings ask for them. */
function keepSnapshots(
  { config, log }: StartNodeParams,
  scope: Scope,
  { engine, application, backend, dataFolder }: SnapshotParts,
): SnapshotKeeper | undefined {
  if (config.snapshotInterval === 0) return undefined;
  const keeper = new SnapshotKeeper({
    engine,
    application,
    store: new ChainStore(backend, nativeHash),
    folder: new SnapshotFolder(dataFolder),
    interval: BigInt(config.snapshotInterval),
    keep: config.snapshotKeep,
    log: log.child({ part: "snapshots" }),
  });
  return scope.add("snapshots", keeper);
}

async function startMetrics(
  { config, log }: StartNodeParams,
  scope: Scope,
  engine: EmbeddedEngine,
  snapshots: SnapshotKeeper | undefined,
) {
  if (!config.metricsEnabled) return undefined;
  const { metricsHost: host, metricsPort: port, blockIntervalMs, emptyBlocks } = config;
  const parts = { engine, snapshots, ...httpOptions(config), clock: systemClock, log: log.child({ part: "metrics" }) };
  return scope.add("metrics", await startMetricsServer({ host, port, blockIntervalMs, emptyBlocks, ...parts }));
}

async function startQueryServers({ config, log }: StartNodeParams, scope: Scope, services: ServiceTable) {
  const { front, tls } = httpOptions(config);
  const grpc = config.grpcEnabled
    ? scope.add(
        "grpc",
        await startGrpcServer({
          host: config.grpcHost,
          port: config.grpcPort,
          services,
          front: httpOptions(config).front,
          ...(tls === undefined ? {} : { tls }),
          log: log.child({ part: "grpc" }),
        }),
      )
    : undefined;
  const rest = config.restEnabled
    ? scope.add(
        "rest",
        await startRestServer({
          host: config.restHost,
          port: config.restPort,
          services,
          version: interfaceVersion,
          front,
          ...(tls === undefined ? {} : { tls }),
          log: log.child({ part: "rest" }),
        }),
      )
    : undefined;
  return [grpc, rest] as const;
}

interface EngineParts {
  readonly home: NodeHome;
  readonly backend: Backend;
  readonly index: EventIndex;
  readonly minGasPrices: DecCoins;
}

function makeEngine(
  { config, log }: StartNodeParams,
  { home, backend, index, minGasPrices }: EngineParts,
): { readonly engine: EmbeddedEngine; readonly chain: Application; readonly workers: SignatureWorkers } {
  const verifier = openVerifier(log);
  const workers = new SignatureWorkers({ verifier, log });
  const stateMachine = openApplication({
    backend,
    initialHeight: home.genesis.initialHeight,
    minGasPrices,
    keepVersions: config.keepVersions,
    ignoredSections: config.ignoredGenesisSections,
    log,
    verifier,
  });
  const engine = new EmbeddedEngine({
    backend,
    stateMachine,
    genesis: home.genesis,
    signer: home.signer,
    hash: nativeHash,
    clock: systemClock,
    timers: systemTimers,
    log: log.child({ part: "engine" }),
    blockIntervalMs: config.blockIntervalMs,
    emptyBlocks: config.emptyBlocks,
    index,
    retainBlocks: config.retainBlocks,
    ...checksAhead(stateMachine, workers),
  });
  return { engine, chain: stateMachine, workers };
}

function parsePrices(text: string): DecCoins {
  const prices = parseDecCoins(text);
  if (!prices.ok) throw new NodeError(`minimumGasPrices is ${JSON.stringify(text)}: ${prices.error}`);
  return prices.value;
}

/**
 * Refuses a database that is older than what its key has signed: signing those heights again, with other blocks, is what
 * validators are punished for. The file is written at start and at a clean stop, the database with every block.
 */
function guardSignedState(home: NodeHome, height: bigint): void {
  const signed = loadSignedState(home.dataFolder);
  if (signed.height > height) {
    throw new NodeError(
      `the validator has signed height ${signed.height}, but the database ends at ${height}: it is an older copy; restore the newer one`,
    );
  }
  recordSigned(home, height);
}

function recordSigned(home: NodeHome, height: bigint): void {
  saveSignedState(home.dataFolder, { height, round: 0, step: height === 0n ? 0 : precommitStep });
}

/**
 * Runs a node as a process until a signal or a halt; resolves with the exit code. `onReady` is told when it answers.
 * Throws what the start throws.
 */
export function runNode(params: StartNodeParams & { onReady(node: RunningNode): void }): Promise<number> {
  return runProcess({
    log: params.log,
    start: async (scope, control) => {
      const node = scope.add("node", await startNode(params));
      void node.halted.then(() => control.stop(1));
      params.onReady(node);
    },
  });
}
