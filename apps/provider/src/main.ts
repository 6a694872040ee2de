/** The composition root of the provider: reads top to bottom as what a provider is made of. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  Broadcaster,
  ChainClient,
  ChainError,
  ChainFollower,
  defaultGas,
  type GasPolicy,
  measureBlockInterval,
} from "@stoa/client";
import { acquireLock, createNativeVerifier, nativeHash, Scope, systemClock, systemTimers } from "@stoa/host";
import type { Attribute } from "@stoa/market";
import type { Log } from "@stoa/std";
import { accountText, addressOf } from "@stoa/wire";
import { type PrivateKey, publicKeyOf, signMessage } from "@stoa/wire/wallet";
import { WebSocket } from "ws";
import { GatewayQueries } from "./chain-link/chain-queries.ts";
import { MarketReads } from "./chain-link/market-reads.ts";
import { MarketWrites } from "./chain-link/market-writes.ts";
import { publishIdentity } from "./chain-link/registration.ts";
import type { Policy } from "./engine/bid.ts";
import type { GpuDevice } from "./engine/capacity.ts";
import { deviceKeys } from "./engine/gpu-match.ts";
import { Ledger } from "./engine/ledger.ts";
import type { PriceStrategy } from "./engine/pricing.ts";
import { newCertificate } from "./gateway/certificate.ts";
import { Gateway } from "./gateway/gateway.ts";
import { LeaseBook } from "./gateway/lease-book.ts";
import { GatewayServer } from "./gateway/server.ts";
import { loadCertificate, loadPorts, saveCertificate, savePorts } from "./home/identity.ts";
import { JsonFolder } from "./home/json-folder.ts";
import { ManifestStore } from "./home/manifest-store.ts";
import { ReservationStore } from "./home/reservation-store.ts";
import { Machine } from "./inventory/machine.ts";
import { Keeper } from "./keeper/keeper.ts";
import { LeaseDesk } from "./keeper/lease-desk.ts";
import { OrderDesk } from "./keeper/order-desk.ts";
import { providerStatus } from "./keeper/provider-status.ts";
import { Router } from "./router/router.ts";
import { RouteTable } from "./router/routes.ts";
import { engineSocketPath } from "./runtimes/docker/api.ts";
import { DockerRuntime } from "./runtimes/docker/docker-runtime.ts";
import { FakeRuntime } from "./runtimes/fake/fake-runtime.ts";
import { type Runtime, RuntimeError } from "./runtimes/runtime.ts";

export interface ProviderParams {
  /** Folder of this provider alone. */
  readonly home: string;
  /** The home's id: every container, network and volume carries it in the label `stoa`. */
  readonly homeId: string;
  /** `http://host:port` of a node's JSON-RPC. */
  readonly rpc: string;
  readonly key: PrivateKey;
  /** Address that the gateway listens on, and the port it asks for first; another is taken when it is not free. */
  readonly gatewayAddress: string;
  readonly gatewayPort: number;
  /** What is registered on the chain; by default the gateway's address and port. */
  readonly hostUri?: string;
  readonly routerAddress: string;
  /** 0: the port of the last start, else any free one. */
  readonly routerPort: number;
  /** Domain of generated host names. */
  readonly ingressDomain: string;
  /** Name under which tenants reach forwarded ports. */
  readonly publicHost: string;
  /** Address that forwarded TCP ports listen on. */
  readonly portAddress: string;
  readonly runtime: "docker" | "fake";
  /** As in the variable of that name; undefined for the default socket. */
  readonly dockerHost: string | undefined;
  readonly attributes: readonly Attribute[];
  readonly onlyOrdersWith: readonly Attribute[];
  readonly prices: Readonly<Record<string, PriceStrategy>>;
  readonly bidDeposit: { readonly denom: string; readonly amount: bigint };
  /** 0: a bid stays open as long as its order. */
  readonly bidTimeoutMs: number;
  /** 0: leases wait for their manifest for ever. */
  readonly manifestTimeoutMs: number;
  /** 0: withdraw only when the money ends. */
  readonly withdrawIntervalMs: number;
  readonly blockedHostnames: readonly string[];
  /** Assumed until the chain's own interval can be measured. */
  readonly blockIntervalMs: number;
  readonly gas?: GasPolicy;
  readonly version: string;
  readonly log: Log;
  /** Aborts a start that waits for the chain. */
  readonly stopping?: AbortSignal;
}

export interface RunningProvider {
  readonly address: string;
  readonly hostUri: string;
  readonly gatewayPort: number;
  readonly routerPort: number;
  /** Ends the program. With `stopContainers` what runs is stopped and kept, to be started again by the next start. */
  close(options: { readonly stopContainers: boolean }): Promise<void>;
}

/** Reconciled at least this often, block or no block. */
const stepEveryMs = 1_000;
/** Everything is read anew at least this often: no event is trusted to have come. */
const resyncEveryMs = 30_000;
/** The self-signed certificate lives as long as the reference's. */
const certificateDays = 365;
/** An older one is replaced at the next start. Its serial is the time at which it was made. */
const renewDays = 300n;
const nsPerDay = 86_400_000_000_000n;

/**
 * Starts a provider and resolves when its gateway answers, it is registered on the chain and has read its orders and
 * leases. A start that fails leaves nothing open. Rejects with RuntimeError, ChainError or HostError.
 */
export async function startProvider(params: ProviderParams): Promise<RunningProvider> {
  const started = await Scope.start((scope) => build(params, scope), { log: params.log });
  const { keeper, runtime, ...facts } = started.value;
  return {
    ...facts,
    async close({ stopContainers }) {
      await keeper.stop();
      if (stopContainers) await runtime.stopAll();
      await started.scope.close();
    },
  };
}

async function build(params: ProviderParams, scope: Scope) {
  const { home, log, key } = params;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  scope.add("lock", acquireLock({ path: join(home, "lock"), purpose: "provider" }));
  const address = addressOfKey(key);
  const nowMs = () => Date.now();

  const client = new ChainClient({ url: params.rpc, fetch, timers: systemTimers });
  const signer = { address, publicKey: publicKeyOf(key).key, sign: (bytes: Uint8Array) => signMessage(key, bytes) };
  const broadcaster = new Broadcaster({ client, signer, timers: systemTimers, gas: params.gas ?? defaultGas });
  const reads = new MarketReads(client, address);
  const writes = new MarketWrites(broadcaster);

  const ports = loadPorts(home);
  const routes = new RouteTable();
  const router = scope.add("router", new Router(routes));
  const routerPort = await listenAnywhere(
    [params.routerPort, ports.router ?? 0],
    async (port) => (await router.listen(params.routerAddress, port)).port,
  );
  const machine = new Machine({ diskPath: home, log });
  const runtime = scope.add("runtime", await openRuntime(params, { address, routes, routerPort, machine, nowMs }));
  const [{ features, version }, capacity] = await Promise.all([runtime.describe(), runtime.capacity()]);
  log.info("runtime", { version, cpuMilli: capacity.cpuMilli, memoryBytes: capacity.memoryBytes });

  const ledger = new Ledger(capacity);
  const book = new LeaseBook({
    store: new ManifestStore(new JsonFolder(join(home, "manifests"), log)),
    blockedHostnames: params.blockedHostnames,
    ingressDomain: params.ingressDomain,
    publicHost: params.publicHost,
    hash: nativeHash,
    onChange: (leases) => void keeper.changed(leases),
  });
  await book.load();
  const store = new ReservationStore(new JsonFolder(join(home, "reservations"), log));
  const { manifestTimeoutMs, withdrawIntervalMs, bidTimeoutMs } = params;
  const leases = new LeaseDesk({ reads, ledger, book, store, manifestTimeoutMs, withdrawIntervalMs, nowMs, log });

  const attributes = [...params.attributes, ...capabilities(capacity.gpus)];
  const reclamationWindowS = 0n;
  let signed: Policy["signed"] = [];
  let blockIntervalMs = BigInt(params.blockIntervalMs);
  const policy = (): Policy => {
    const { onlyOrdersWith, prices } = params;
    return { address, attributes, signed, onlyOrdersWith, features, prices, reclamationWindowS };
  };
  const interval = () => blockIntervalMs;
  const deposit = params.bidDeposit;
  const orders = new OrderDesk({
    reads,
    writes,
    ledger,
    policy,
    blockIntervalMs: interval,
    deposit,
    bidTimeoutMs,
    nowMs,
    log,
  });
  const keeper = new Keeper({ provider: address, reads, writes, runtime, ledger, orders, leases, nowMs, log });

  const certificate = ownCertificate(params, address);
  const verifier = createNativeVerifier({ log });
  const queries = new GatewayQueries(client, reads);
  const gatewayParams = {
    address,
    chain: queries,
    leases: book,
    orders,
    runtime,
    status: providerStatus({
      ledger,
      orders,
      leases,
      book,
      runtime,
      publicHostname: params.publicHost,
      reclamationWindowS,
    }),
    version: { name: "stoa", version: params.version, commit: "", runtimeVersion: process.version },
    hash: nativeHash,
    verifier,
    nowSeconds: () => systemClock.nowNs() / 1_000_000_000n,
    log,
    generatesHosts: true,
  };
  const gateway = new Gateway(gatewayParams);
  const server = scope.add(
    "gateway",
    new GatewayServer({ ...gatewayParams, gateway, timers: systemTimers, onChain: certificate }),
  );
  const gatewayPort = await listenAnywhere([params.gatewayPort, ports.gateway ?? 0], (port) =>
    server.listen(port, params.gatewayAddress),
  );
  savePorts(home, { gateway: gatewayPort, router: routerPort });
  const hostUri = params.hostUri ?? `https://${params.gatewayAddress}:${gatewayPort}`;

  const registration = { hostUri, attributes, email: "", website: "" };
  await patiently(params, () =>
    publishIdentity({ client, reads, writes, owner: address, registration, certificate, log }),
  );

  const refresh = async (height: bigint) => {
    blockIntervalMs = await measureBlockInterval(client, blockIntervalMs);
    signed = await reads.signedAttributes();
    ledger.setCapacity(await runtime.capacity());
    await keeper.resync(height);
  };
  const from = await patiently(params, async () => {
    const { height } = await client.status();
    await refresh(height);
    return height;
  });
  const follower = new ChainFollower({
    client,
    openSocket: (url) => new WebSocket(url) as never,
    timers: systemTimers,
    from,
    onBlock: (results) => keeper.onBlock(results),
    onGap: refresh,
    onConnection: (connected, reason) => {
      if (connected) log.info("the chain answers", { rpc: params.rpc });
      else log.warn("the chain does not answer", { rpc: params.rpc, reason });
    },
  });
  follower.start();
  scope.defer("chain", () => follower.stop());
  const guarded = (work: () => Promise<void>) => () => {
    work().catch((cause) => log.debug("put off", { reason: String(cause) }));
  };
  const stepping = systemTimers.every(
    stepEveryMs,
    guarded(() => keeper.step()),
  );
  const resyncing = systemTimers.every(
    resyncEveryMs,
    guarded(() => refresh(follower.height)),
  );
  scope.defer("timers", () => {
    stepping.cancel();
    resyncing.cancel();
  });
  log.info("provider", { address, hostUri, routerPort });
  return { address, hostUri, gatewayPort, routerPort, keeper, runtime };
}

function addressOfKey(key: PrivateKey): string {
  const bytes = addressOf(publicKeyOf(key), nativeHash);
  if (bytes === undefined) throw new Error("the key has no address");
  return accountText(bytes);
}

interface RuntimeSurroundings {
  readonly address: string;
  readonly routes: RouteTable;
  readonly routerPort: number;
  readonly machine: Machine;
  readonly nowMs: () => number;
}

async function openRuntime(params: ProviderParams, around: RuntimeSurroundings): Promise<Runtime> {
  const { homeId, portAddress, publicHost } = params;
  const { routes, routerPort, machine, nowMs } = around;
  if (params.runtime === "fake") {
    return new FakeRuntime({ capacity: await machine.capacity(), publicHost, routes, nowMs });
  }
  const socketPath = engineSocketPath(params.dockerHost);
  if (socketPath === null) {
    throw new RuntimeError("unavailable", `DOCKER_HOST ${params.dockerHost} is no unix socket; only unix:// is spoken`);
  }
  const provider = around.address;
  return new DockerRuntime({ socketPath, homeId, provider, routes, portAddress, publicHost, routerPort, machine });
}

/** The wished ports in turn, then any. */
async function listenAnywhere(wishes: readonly number[], listen: (port: number) => Promise<number>): Promise<number> {
  for (const port of wishes) {
    if (port === 0) continue;
    try {
      return await listen(port);
    } catch {
      // Taken, or not ours to take: the next one.
    }
  }
  return listen(0);
}

function ownCertificate(params: ProviderParams, address: string) {
  const kept = loadCertificate(params.home);
  const ageDays = kept === undefined ? 0n : (systemClock.nowNs() - kept.serial) / nsPerDay;
  if (kept !== undefined && ageDays < renewDays) return kept;
  const host = params.hostUri === undefined ? params.gatewayAddress : new URL(params.hostUri).hostname;
  const made = newCertificate({ address, hosts: [host], nowNs: systemClock.nowNs(), validDays: certificateDays });
  saveCertificate(params.home, made);
  return made;
}

/** What the machine can do beyond CPU, memory and disk, in the words that orders use (provider.md §1.4). */
function capabilities(gpus: readonly GpuDevice[]): Attribute[] {
  const keys = new Set(gpus.flatMap((gpu) => deviceKeys(gpu)));
  return [
    { key: "capabilities/storage/1/class", value: "ram" },
    { key: "capabilities/storage/1/persistent", value: "false" },
    ...[...keys].map((key) => ({ key: `capabilities/gpu/${key}`, value: "true" })),
  ];
}

const patienceMs = 500;

/** Tries until the chain answers and knows our account; what the chain refuses ends the start. */
async function patiently<T>(params: ProviderParams, work: () => Promise<T>): Promise<T> {
  for (let told = false; ; told = true) {
    try {
      return await work();
    } catch (cause) {
      const waiting = cause instanceof ChainError && (cause.fault !== "user" || cause.code === "no-account");
      if (!waiting || params.stopping?.aborted === true) throw cause;
      if (!told) params.log.info("waiting for the chain", { reason: cause.message });
      await new Promise((resolve) => setTimeout(resolve, patienceMs));
    }
  }
}
