/** A provider without its shell over a market and a runtime in memory, for the keeper's tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ManifestGroup, ManifestService, OrderId } from "@stoa/market";
import { Dec, silentLog } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import { testCapacity, testOwner, testPolicy, testProvider } from "../engine/fixtures.ts";
import { Ledger } from "../engine/ledger.ts";
import { leaseKey } from "../engine/workload.ts";
import { LeaseBook } from "../gateway/lease-book.ts";
import { JsonFolder } from "../home/json-folder.ts";
import { ManifestStore } from "../home/manifest-store.ts";
import { ReservationStore } from "../home/reservation-store.ts";
import { FakeRuntime } from "../runtimes/fake/fake-runtime.ts";
import { FakeMarket } from "./fake-market.ts";
import { Keeper } from "./keeper.ts";
import { LeaseDesk } from "./lease-desk.ts";
import { OrderDesk } from "./order-desk.ts";

const homes: string[] = [];

/** Removes what the worlds of this process left on disk. */
export function removeWorlds(): void {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
}

export interface World {
  readonly home: string;
  readonly market: FakeMarket;
  readonly runtime: FakeRuntime;
  nowMs: number;
}

export function newWorld(): World {
  const home = mkdtempSync(join(tmpdir(), "stoa-keeper-"));
  homes.push(home);
  const runtime = new FakeRuntime({ capacity: testCapacity(), publicHost: "localhost", nowMs: () => 0 });
  return { home, market: new FakeMarket(testProvider), runtime, nowMs: 0 };
}

/** A provider without its shell; a second one over the same world is a restart. */
export async function open(world: World, changes: { manifestTimeoutMs?: number; withdrawIntervalMs?: number } = {}) {
  const { market, runtime, home } = world;
  const nowMs = () => world.nowMs;
  const ledger = new Ledger(testCapacity());
  const book = new LeaseBook({
    store: new ManifestStore(new JsonFolder(join(home, "manifests"), silentLog)),
    blockedHostnames: [],
    ingressDomain: "localhost",
    publicHost: "localhost",
    hash: pureHash,
    onChange: (leases) => void keeper.changed(leases),
  });
  await book.load();
  const store = new ReservationStore(new JsonFolder(join(home, "reservations"), silentLog));
  const { manifestTimeoutMs = 0, withdrawIntervalMs = 0 } = changes;
  const leases = new LeaseDesk({
    reads: market,
    ledger,
    book,
    store,
    manifestTimeoutMs,
    withdrawIntervalMs,
    nowMs,
    log: silentLog,
  });
  const orders = new OrderDesk({
    reads: market,
    writes: market,
    ledger,
    policy: () => testPolicy({ prices: { uact: { kind: "share", ofCeiling: Dec.of("0.01") } } }),
    blockIntervalMs: () => 1000n,
    engineAnswers: () => keeper.engineAnswers,
    deposit: { denom: "uact", amount: 500_000n },
    bidTimeoutMs: 0,
    nowMs,
    log: silentLog,
  });
  const keeper = new Keeper({
    provider: testProvider,
    reads: market,
    writes: market,
    runtime,
    ledger,
    orders,
    leases,
    nowMs,
    log: silentLog,
  });
  const settle = async () => {
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      await keeper.step();
    }
  };
  const block = async () => {
    await keeper.onBlock(market.nextBlock());
    await settle();
  };
  await keeper.resync(market.height);
  await settle();
  return { keeper, ledger, book, orders, leases, settle, block };
}

export function orderId(dseq: bigint): OrderId {
  return { owner: testOwner, dseq, gseq: 1, oseq: 1 };
}

const httpOptions = {
  maxBodySize: 0,
  readTimeout: 0,
  sendTimeout: 0,
  nextTries: 0,
  nextTimeout: 0,
  nextCases: [],
  proxyBufferSize: 0,
};

export function manifest(image = "hello:1"): ManifestGroup {
  const service: ManifestService = {
    name: "web",
    image,
    command: null,
    args: null,
    env: null,
    resources: {
      id: 1,
      cpu: { units: "100", attributes: [] },
      memory: { size: "67108864", attributes: [] },
      storage: [{ name: "default", size: "134217728", attributes: [] }],
      gpu: { units: "0", attributes: [] },
      endpoints: null,
    },
    count: 1,
    expose: [
      {
        port: 80,
        externalPort: 0,
        proto: "TCP",
        service: "",
        global: true,
        hosts: ["a.test"],
        httpOptions,
        ip: "",
        endpointSequenceNumber: 0,
      },
    ],
    params: null,
    credentials: null,
  };
  return { name: "dc", services: [service] };
}

/** Keys of the leases that have anything in the runtime. */
export const running = async (world: World) => (await world.runtime.observe()).map(({ lease }) => leaseKey(lease));
