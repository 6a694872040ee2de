import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { formatOrderId } from "@stoa/market";
import fc from "fast-check";
import { testGroup, testOwner } from "../engine/fixtures.ts";
import { orderOfLease } from "../engine/plan.ts";
import { leaseKey } from "../engine/workload.ts";
import { manifest, newWorld, open, orderId, removeWorlds, running, type World } from "./test-world.ts";

after(removeWorlds);

const dseq = fc.bigInt({ min: 1n, max: 3n });
/** The event of it may never arrive. */
const silent = fc.integer({ min: 0, max: 3 }).map((number) => number === 0);

/** What can happen to one of a few deployments, or to the world. Most of it brings a deployment one step further. */
const happening = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("advance"), dseq, silent }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("end-lease", "lost", "end-order", "close-bid", "missing-image"),
      dseq,
      silent,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("block") }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("restart", "chain-away", "engine-away", "back", "time", "resync") }),
  },
);

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;
type Provider = Awaited<ReturnType<typeof open>>;

async function happen(world: World, provider: Provider, what: Happening): Promise<Provider> {
  const { market, runtime } = world;
  if ("dseq" in what) {
    await happenToDeployment(world, provider, what.kind, what.dseq);
    if (what.silent) market.nextBlock();
    return provider;
  }
  switch (what.kind) {
    case "block":
      // A chain that is away makes no blocks that anybody hears of.
      if (!market.away) await provider.block();
      return provider;
    case "chain-away":
      market.away = true;
      return provider;
    case "engine-away":
      runtime.setDown(true);
      return provider;
    case "time":
      world.nowMs += 60_000;
      return provider;
    case "resync":
      await provider.keeper.resync(market.height).catch(() => {});
      return provider;
    case "restart":
      await provider.keeper.stop();
      market.away = false;
      return open(world);
    default:
      market.away = false;
      runtime.setDown(false);
      return provider;
  }
}

async function happenToDeployment(world: World, provider: Provider, kind: string, dseq: bigint): Promise<void> {
  const { market } = world;
  const id = orderId(dseq);
  const key = formatOrderId(id);
  const lease = [...market.leases.values()].find((row) => row.live && row.lease.dseq === dseq)?.lease;
  const order = market.orders.get(key);
  const further = kind === "advance";
  if (further && order === undefined) market.placeOrder(id, testGroup(), 10_000_000n);
  if (further && order?.open === true && market.bids.get(key)?.open === true) market.createLease(id);
  if (kind === "lost" && order?.open === true) {
    market.endOrder(id, "akash.market.v1.EventOrderClosed");
    market.emit("akash.market.v1.EventLeaseCreated", { ...id, provider: testOwner });
  }
  if (kind === "end-order" && order?.open === true) market.endOrder(id, "akash.deployment.v1.EventGroupClosed");
  if (kind === "close-bid" && order?.open === true) await market.closeBid(id, "by hand").catch(() => {});
  if (lease === undefined) return;
  if (kind === "end-lease") market.endLease(lease);
  // The gateway asks the chain for the lease before it takes a manifest.
  if (market.away) return;
  if (further) await provider.book.accept([{ lease, group: manifest() }]);
  if (kind === "missing-image") await provider.book.accept([{ lease, group: manifest("missing:1") }]);
}

describe("keeper, whatever happens", () => {
  it("in the end runs what is leased and has a manifest, holds room for what is promised, and nothing else", async () => {
    const property = fc.asyncProperty(fc.array(happening, { maxLength: 60, size: "max" }), async (happenings) => {
      const world = newWorld();
      let provider = await open(world);
      for (const what of happenings) provider = await happen(world, provider, what);
      const { market, runtime } = world;
      market.away = false;
      runtime.setDown(false);
      // Everything works again, and time passes: two looks at the chain with the longest waits between them.
      for (let i = 0; i < 3; i++) {
        world.nowMs += 120_000;
        await provider.keeper.resync(market.height);
        await provider.settle();
      }
      const live = [...market.leases.values()].filter((row) => row.live).map((row) => leaseKey(row.lease));
      const told = provider.book.leases().map(({ lease }) => leaseKey(lease));
      assert.deepEqual(sorted(told.filter((key) => !live.includes(key))), [], "no manifest outlives its lease");
      assert.deepEqual(sorted(await running(world)), sorted(told));
      const openBids = [...market.bids].filter(([, bid]) => bid.open).map(([key]) => key);
      for (const key of openBids) assert.equal(market.orders.get(key)?.open, true, `bid on ended order ${key}`);
      const held = provider.ledger.all().map(({ order }) => order);
      assert.deepEqual(sorted(held), sorted([...live.map(orderOfLease), ...openBids]));
      await provider.keeper.stop();
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

function sorted(texts: readonly string[]): string[] {
  return [...texts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
