/** The composition root of the provider: reads top to bottom as what a provider is made of. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Broadcaster, ChainClient, ChainError, ChainFollower, defaultGas, measureBlockInterval } from "@stoa/client";
import {
  acquireLock,
  ClientRate,
  createNativeVerifier,
  nativeHash,
  Scope,
  systemClock,
  systemTimers,
} from "@stoa/host";
import type { Attribute } from "@stoa/market";
import { accountText, addressOf } from "@stoa/wire";
import { type PrivateKey, publicKeyOf, signMessage } from "@stoa/wire/wallet";
import { WebSocket } from "ws";
import { CertificateRenewal } from "./chain-link/certificate-renewal.ts";
import { GatewayQueries } from "./chain-link/chain-queries.ts";
import { MarketReads } from "./chain-link/market-reads.ts";
import { MarketWrites } from "./chain-link/market-writes.ts";
import { publishIdentity } from "./chain-link/registration.ts";
import type { Policy } from "./engine/bid.ts";
import type { Features, GpuDevice } from "./engine/capacity.ts";
import { deviceKeys } from "./engine/gpu-match.ts";
import { Ledger } from "./engine/ledger.ts";
import type { NewCertificate } from "./gateway/certificate.ts";
import { Gateway } from "./gateway/gateway.ts";
import { LeaseBook } from "./gateway/lease-book.ts";
import { PublicCertificate } from "./gateway/public-certificate.ts";
import { GatewayServer } from "./gateway/server.ts";
import type { ServerTlsParams } from "./gateway/server-tls.ts";
import { ProviderGrpc } from "./grpc/provider-grpc.ts";
import { type KeptPorts, loadPorts, ownCertificate, savePorts } from "./home/identity.ts";
import { JsonFolder } from "./home/json-folder.ts";
import { ManifestStore } from "./home/manifest-store.ts";
import { ReservationStore } from "./home/reservation-store.ts";
import { Machine } from "./inventory/machine.ts";
import { Keeper } from "./keeper/keeper.ts";
import { LeaseDesk } from "./keeper/lease-desk.ts";
import { OrderDesk } from "./keeper/order-desk.ts";
import { providerStatus } from "./keeper/provider-status.ts";
import type { ProviderParams } from "./provider-params.ts";
import { Router } from "./router/router.ts";
import { RouteTable } from "./router/routes.ts";
import { openRuntime } from "./runtimes/open-runtime.ts";
import type { Runtime } from "./runtimes/runtime.ts";

export interface RunningProvider {
  readonly address: string;
  readonly hostUri: string;
  readonly gatewayPort: number;
  /** `https://host:port` of gRPC. */
  readonly grpc: string;
  readonly routerPort: number;
  /** Ends the program. With `stopContainers` what runs is stopped and kept, to be started again by the next start. */
  close(options: { readonly stopContainers: boolean }): Promise<void>;
}

/** Reconciled at least this often, block or no block. */
const stepEveryMs = 1_000;
/** Everything is read anew at least this often: no event is trusted to have come. */
const resyncEveryMs = 30_000;
/** Whether the certificate is young enough is looked at this often. */
const renewEveryMs = 3_600_000;
/** Between two attempts to reach the chain at the start. */
const patienceMs = 500;
/** No notice is offered before a lease is taken away. */
const reclamationWindowS = 0n;

const nowMs = () => Date.now();

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
  const { home, log } = params;
  mkdirSync(home, { recursive: true, mode: 0o700 });
  scope.add("lock", acquireLock({ path: join(home, "lock"), purpose: "provider" }));
  const chain = openChain(params);
  const { address } = chain;
  const ports = loadPorts(home);
  const ground = await openGround(params, scope, address, ports);
  const { runtime, routerPort } = ground;
  const desks = await openDesks(params, chain, ground);
  const host = params.hostUri === undefined ? params.gatewayAddress : new URL(params.hostUri).hostname;
  const certificate = ownCertificate(home, address, host, systemClock.nowNs());
  const { gateway, grpc } = openServers(params, chain, ground, desks, certificate);
  scope.add("gateway", gateway);
  const gatewayPort = await listenAnywhere([params.gatewayPort, ports.gateway ?? 0], (port) =>
    gateway.listen(port, params.gatewayAddress),
  );
  scope.add("grpc", grpc);
  const grpcPort = await listenAnywhere([params.grpcPort, ports.grpc ?? 0], (port) =>
    grpc.listen(port, params.grpcAddress),
  );
  savePorts(home, { gateway: gatewayPort, grpc: grpcPort, router: routerPort });
  const hostUri = params.hostUri ?? `https://${params.gatewayAddress}:${gatewayPort}`;
  const registration = { hostUri, attributes: ground.attributes, email: "", website: "" };
  const publish = (shown: NewCertificate) =>
    publishIdentity({ ...chain, owner: address, registration, certificate: shown, log });
  await patiently(params, () => publish(certificate));
  await follow(params, scope, chain, desks);
  const renewal = new CertificateRenewal({
    shown: certificate,
    wanted: () => ownCertificate(home, address, host, systemClock.nowNs()),
    publish,
    show: (shown) => {
      gateway.renew(shown);
      grpc.renew(shown);
    },
    log,
  });
  repeat(params, scope, renewEveryMs, () => renewal.look());
  const servers = { gatewayPort, grpc: `https://${params.grpcAddress}:${grpcPort}`, routerPort };
  log.info("provider", { address, hostUri, ...servers });
  return { address, hostUri, ...servers, keeper: desks.keeper, runtime };
}

type Chain = ReturnType<typeof openChain>;
type Ground = Awaited<ReturnType<typeof openGround>>;
type Desks = Awaited<ReturnType<typeof openDesks>>;

/** The chain as this provider sees it and writes to it. */
function openChain({ rpc, key, gas }: ProviderParams) {
  const address = addressOfKey(key);
  const client = new ChainClient({ url: rpc, fetch, timers: systemTimers });
  const signer = { address, publicKey: publicKeyOf(key).key, sign: (bytes: Uint8Array) => signMessage(key, bytes) };
  const broadcaster = new Broadcaster({ client, signer, timers: systemTimers, gas: gas ?? defaultGas });
  return { address, client, reads: new MarketReads(client, address), writes: new MarketWrites(broadcaster) };
}

/** The machine: its router, what runs containers, and the ledger of what it has. */
async function openGround(params: ProviderParams, scope: Scope, address: string, ports: Partial<KeptPorts>) {
  const { home, log } = params;
  const routes = new RouteTable();
  const router = scope.add("router", new Router(routes));
  const routerPort = await listenAnywhere(
    [params.routerPort, ports.router ?? 0],
    async (port) => (await router.listen(params.routerAddress, port)).port,
  );
  const machine = new Machine({ diskPath: home, log });
  const around = { address, routes, routerPort, machine, nowMs };
  const runtime: Runtime = scope.add("runtime", await openRuntime(params, around));
  const [{ features, version }, capacity] = await Promise.all([runtime.describe(), runtime.capacity()]);
  log.info("runtime", { version, cpuMilli: capacity.cpuMilli, memoryBytes: capacity.memoryBytes });
  const declared = new Set(params.attributes.map(({ key }) => key));
  const own = capabilities(capacity.gpus).filter(({ key }) => !declared.has(key));
  const attributes = [...params.attributes, ...own];
  const processors = await machine.processors();
  return { runtime, routerPort, features, attributes, processors, ledger: new Ledger(capacity) };
}

/** What the chain says of us and changes by itself. */
interface Surroundings {
  signed: Policy["signed"];
  blockIntervalMs: bigint;
}

/** Orders, leases, and the loop over them. */
async function openDesks(params: ProviderParams, chain: Chain, ground: Ground) {
  const { home, log, manifestTimeoutMs, withdrawIntervalMs, bidTimeoutMs } = params;
  const { reads, writes, address } = chain;
  const { ledger, runtime, features, attributes } = ground;
  const book = new LeaseBook({
    store: new ManifestStore(new JsonFolder(join(home, "manifests"), log)),
    blockedHostnames: params.blockedHostnames,
    ingressDomain: params.ingressDomain,
    publicHost: params.publicHost,
    hash: nativeHash,
    onChange: (changed) => void keeper.changed(changed),
  });
  await book.load();
  const store = new ReservationStore(new JsonFolder(join(home, "reservations"), log));
  const leases = new LeaseDesk({ reads, ledger, book, store, manifestTimeoutMs, withdrawIntervalMs, nowMs, log });
  const around: Surroundings = { signed: [], blockIntervalMs: BigInt(params.blockIntervalMs) };
  const orders = new OrderDesk({
    reads,
    writes,
    ledger,
    policy: () => policyOf(params, { address, attributes, features, signed: around.signed }),
    blockIntervalMs: () => around.blockIntervalMs,
    engineAnswers: () => keeper.engineAnswers,
    deposit: params.bidDeposit,
    bidTimeoutMs,
    nowMs,
    log,
  });
  const keeper = new Keeper({ provider: address, reads, writes, runtime, ledger, orders, leases, nowMs, log });
  const refresh = async (height: bigint) => {
    around.blockIntervalMs = await measureBlockInterval(chain.client, around.blockIntervalMs);
    around.signed = await reads.signedAttributes();
    await keeper.resync(height);
    // An engine that is away changes nothing of what the chain says.
    const capacity = await runtime.capacity().catch(() => ledger.capacity);
    ledger.setCapacity(capacity);
  };
  return { book, leases, orders, keeper, refresh };
}

interface PolicyFacts {
  readonly address: string;
  readonly attributes: readonly Attribute[];
  readonly features: Features;
  readonly signed: Policy["signed"];
}

function policyOf({ onlyOrdersWith, prices }: ProviderParams, facts: PolicyFacts): Policy {
  return { ...facts, onlyOrdersWith, prices, reclamationWindowS };
}

/** What tenants talk to, and those who look at providers. */
function openServers(
  params: ProviderParams,
  chain: Chain,
  ground: Ground,
  desks: Desks,
  onChain: ReturnType<typeof ownCertificate>,
) {
  const { log, publicHost, version, requestsPerSecond } = params;
  const { address, client, reads } = chain;
  const rate = () => new ClientRate({ requestsPerSecond, clock: systemClock });
  const { runtime } = ground;
  const { book, orders, leases } = desks;
  const both = {
    address,
    chain: new GatewayQueries(client, reads),
    status: providerStatus({ ...ground, orders, leases, book, publicHostname: publicHost, reclamationWindowS }),
    hash: nativeHash,
    verifier: createNativeVerifier({ log }),
    log,
    timers: systemTimers,
    onChain,
    ...publicName(params),
  };
  const shared = {
    ...both,
    leases: book,
    orders,
    runtime,
    version: { name: "stoa", version, commit: "", runtimeVersion: process.version },
    nowSeconds: () => systemClock.nowNs() / 1_000_000_000n,
    generatesHosts: true,
  };
  return {
    gateway: new GatewayServer({ ...shared, gateway: new Gateway(shared), rate: rate() }),
    grpc: new ProviderGrpc({ ...both, nowNs: () => systemClock.nowNs(), rate: rate() }),
  };
}

/** The certificate that clients see who ask for the registered name, if there is one. */
function publicName({ hostUri, tlsCertificate, tlsKey, log }: ProviderParams): Pick<ServerTlsParams, "publicName"> {
  if (hostUri === undefined || tlsCertificate === "") return {};
  const { hostname } = new URL(hostUri);
  const files = { certificateFile: tlsCertificate, keyFile: tlsKey };
  return { publicName: new PublicCertificate({ hostname, ...files, nowMs, log }) };
}

/** Reads everything once, then block by block, and by the clock where no block comes. */
async function follow(params: ProviderParams, scope: Scope, { client }: Chain, desks: Desks): Promise<void> {
  const { log, rpc } = params;
  const { keeper, refresh } = desks;
  const from = await patiently(params, async () => {
    const height = await client.committedHeight();
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
      if (connected) log.info("the chain answers", { rpc });
      else log.warn("the chain does not answer", { rpc, reason });
    },
  });
  follower.start();
  scope.defer("chain", () => follower.stop());
  repeat(params, scope, stepEveryMs, () => keeper.step());
  // A chain that answers slowly is not asked anew meanwhile.
  let reading = false;
  repeat(params, scope, resyncEveryMs, async () => {
    if (reading) return;
    reading = true;
    await refresh(follower.height).finally(() => {
      reading = false;
    });
  });
}

/** Does something again and again until the scope closes; what fails is done the next time. */
function repeat({ log }: ProviderParams, scope: Scope, intervalMs: number, work: () => Promise<void>): void {
  const run = () => void work().catch((cause) => log.debug("put off", { reason: String(cause) }));
  const timer = systemTimers.every(intervalMs, run);
  scope.defer("timer", () => timer.cancel());
}

function addressOfKey(key: PrivateKey): string {
  const bytes = addressOf(publicKeyOf(key), nativeHash);
  if (bytes === undefined) throw new Error("the key has no address");
  return accountText(bytes);
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

/** What the machine can do beyond CPU, memory and disk, in the words that orders use (provider.md §1.4). */
function capabilities(gpus: readonly GpuDevice[]): Attribute[] {
  const keys = new Set(gpus.flatMap((gpu) => deviceKeys(gpu)));
  return [
    { key: "capabilities/storage/1/class", value: "ram" },
    { key: "capabilities/storage/1/persistent", value: "false" },
    ...[...keys].map((key) => ({ key: `capabilities/gpu/${key}`, value: "true" })),
  ];
}

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
