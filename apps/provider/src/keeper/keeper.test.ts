import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { formatOrderId } from "@stoa/market";
import { testGroup, testOwner, testUnit } from "../engine/fixtures.ts";
import { leaseKey } from "../engine/workload.ts";
import { manifest, newWorld, open, orderId, removeWorlds, running } from "./test-world.ts";

after(removeWorlds);

describe("keeper", () => {
  it("bids, serves, and leaves nothing when the lease ends", async () => {
    const world = newWorld();
    const { block, settle, ledger, book, orders } = await open(world);
    const id = orderId(7n);
    world.market.placeOrder(id, testGroup(), 1_000_000n);
    await block();
    assert.deepEqual(world.market.sent, [`bid ${formatOrderId(id)}`]);
    assert.equal(orders.decision(id)?.state, "bid");
    assert.equal(ledger.all().length, 1);
    const lease = world.market.createLease(id);
    await block();
    assert.equal(orders.decision(id)?.state, "won");
    await book.accept([{ lease, group: manifest() }]);
    await settle();
    assert.deepEqual(await running(world), [leaseKey(lease)]);
    world.market.endLease(lease);
    await block();
    assert.deepEqual(await running(world), []);
    assert.equal(ledger.all().length, 0);
    assert.deepEqual(book.leases(), []);
  });

  it("gives room and deposit back when another provider wins or the group ends", async () => {
    const world = newWorld();
    const { block, ledger, orders } = await open(world);
    world.market.placeOrder(orderId(7n), testGroup(), 1n);
    world.market.placeOrder(orderId(8n), testGroup(), 1n);
    await block();
    assert.equal(ledger.all().length, 2);
    world.market.emit("akash.market.v1.EventLeaseCreated", { ...orderId(7n), provider: testOwner });
    world.market.endOrder(orderId(8n), "akash.deployment.v1.EventGroupClosed");
    await block();
    assert.equal(ledger.all().length, 0);
    assert.equal(orders.decision(orderId(7n))?.state, "lost");
    assert.equal(world.market.sent.filter((line) => line.startsWith("close")).length, 2);
  });

  it("says why it does not bid", async () => {
    const world = newWorld();
    const { block, orders, ledger } = await open(world);
    world.market.placeOrder(orderId(7n), testGroup(testUnit({ cpu: 100_000 })), 1n);
    await block();
    const decision = orders.decision(orderId(7n));
    assert.equal(decision?.state, "declined");
    assert.deepEqual(
      decision?.reasons.map(({ code }) => code),
      ["capacity"],
    );
    assert.equal(ledger.all().length, 0);
  });

  it("withdraws at the height where the money ends, and the container is gone", async () => {
    const world = newWorld();
    const { block, book, settle } = await open(world);
    const id = orderId(7n);
    world.market.placeOrder(id, testGroup(), 105n);
    await block();
    const lease = world.market.createLease(id);
    const start = world.market.height;
    await block();
    await book.accept([{ lease, group: manifest() }]);
    await settle();
    // 10 uact a block: 105 last ten whole blocks, and the eleventh is short.
    while (world.market.height < start + 9n) await block();
    assert.deepEqual(world.market.sent.slice(1), []);
    await block();
    assert.deepEqual(world.market.sent.slice(1), [`withdraw ${leaseKey(lease)} final at ${start + 11n}`]);
    await block();
    assert.deepEqual(await running(world), []);
  });

  it("does not end what a deposit has prolonged", async () => {
    const world = newWorld();
    const { block, book } = await open(world);
    const id = orderId(7n);
    world.market.placeOrder(id, testGroup(), 105n);
    await block();
    const lease = world.market.createLease(id);
    await block();
    await book.accept([{ lease, group: manifest() }]);
    world.market.funds.set(`${testOwner}/7`, 10_000n);
    for (let i = 0; i < 30; i++) await block();
    assert.deepEqual(world.market.sent.slice(1), []);
    assert.deepEqual(await running(world), [leaseKey(lease)]);
  });

  it("gives up a lease whose manifest does not come, also after a restart", async () => {
    const world = newWorld();
    const first = await open(world, { manifestTimeoutMs: 1000 });
    world.market.placeOrder(orderId(7n), testGroup(), 10_000n);
    await first.block();
    const lease = world.market.createLease(orderId(7n));
    await first.block();
    await first.keeper.stop();
    world.nowMs = 600;
    const second = await open(world, { manifestTimeoutMs: 1000 });
    world.nowMs = 999;
    await second.block();
    assert.equal(world.market.leases.get(leaseKey(lease))?.live, true);
    world.nowMs = 1000;
    await second.block();
    assert.equal(world.market.sent.at(-1), `close ${formatOrderId(orderId(7n))} manifest-timeout`);
    assert.equal(second.ledger.all().length, 0);
  });

  it("takes up after a restart what it had: lease, room, manifest, and the bids that wait", async () => {
    const world = newWorld();
    const first = await open(world);
    for (const dseq of [7n, 8n]) world.market.placeOrder(orderId(dseq), testGroup(), 10_000n);
    await first.block();
    const lease = world.market.createLease(orderId(7n));
    await first.block();
    await first.book.accept([{ lease, group: manifest() }]);
    await first.settle();
    await first.keeper.stop();
    const sent = world.market.sent.length;
    const second = await open(world);
    await second.block();
    assert.equal(world.market.sent.length, sent, "nothing is sent twice");
    assert.deepEqual(await running(world), [leaseKey(lease)]);
    assert.equal(second.orders.decision(orderId(8n))?.state, "bid");
    assert.equal(second.leases.count, 1);
    assert.equal(second.ledger.all().length, 2);
  });

  it("asks less and less often while something fails, and goes on when it works again", async () => {
    const world = newWorld();
    const { block, settle } = await open(world, { withdrawIntervalMs: 1000 });
    world.market.placeOrder(orderId(7n), testGroup(), 10_000n);
    await block();
    world.market.createLease(orderId(7n));
    await block();
    let asked = 0;
    const withdraw = world.market.withdraw.bind(world.market);
    world.market.withdraw = async () => {
      asked++;
      throw new Error("refused");
    };
    for (world.nowMs = 1000; world.nowMs < 61_000; world.nowMs += 1000) await settle();
    assert.ok(asked >= 4 && asked <= 8, `asked ${asked} times`);
    world.market.withdraw = withdraw;
    world.nowMs += 60_000;
    await settle();
    assert.equal(world.market.sent.filter((line) => line.startsWith("withdraw")).length, 1);
  });

  it("removes what ended while it was away, and nothing before it has read the chain", async () => {
    const world = newWorld();
    const first = await open(world);
    world.market.placeOrder(orderId(7n), testGroup(), 10_000n);
    await first.block();
    const lease = world.market.createLease(orderId(7n));
    await first.block();
    await first.book.accept([{ lease, group: manifest() }]);
    await first.settle();
    await first.keeper.stop();
    world.market.endLease(lease);
    world.market.away = true;
    await assert.rejects(open(world));
    assert.deepEqual(await running(world), [leaseKey(lease)]);
    world.market.away = false;
    const third = await open(world);
    assert.deepEqual(await running(world), []);
    assert.deepEqual(third.book.leases(), []);
    assert.equal(third.ledger.all().length, 0);
  });

  it("waits out an engine that is away, and tries a failed start again", async () => {
    const world = newWorld();
    const { block, book, settle } = await open(world);
    world.market.placeOrder(orderId(7n), testGroup(), 10_000n);
    await block();
    const lease = world.market.createLease(orderId(7n));
    await block();
    world.runtime.setDown(true);
    await book.accept([{ lease, group: manifest("missing:1") }]);
    await settle();
    world.runtime.setDown(false);
    world.nowMs = 60_000;
    await block();
    const status = async () => (await world.runtime.status(lease))?.services[0];
    assert.match((await status())?.reason ?? "", /missing:1/);
    // A tenant who corrects the manifest does not wait for the next attempt.
    await book.accept([{ lease, group: manifest("hello:1") }]);
    await settle();
    assert.equal((await status())?.available, 1);
  });

  it("does not bid while the engine is away, says why, and bids once it answers", async () => {
    const world = newWorld();
    const { block, settle, orders, ledger } = await open(world);
    world.runtime.setDown(true);
    await settle();
    for (const dseq of [7n, 8n]) world.market.placeOrder(orderId(dseq), testGroup(), 1n);
    await block();
    assert.deepEqual(world.market.sent, []);
    assert.equal(ledger.all().length, 0);
    assert.match(orders.view(formatOrderId(orderId(7n)))?.reasons.join() ?? "", /container engine does not answer/);
    world.market.endOrder(orderId(8n), "akash.market.v1.EventOrderClosed");
    await block();
    world.runtime.setDown(false);
    await settle();
    assert.deepEqual(world.market.sent, [`bid ${formatOrderId(orderId(7n))}`]);
    world.market.placeOrder(orderId(9n), testGroup(), 1n);
    await block();
    assert.equal(orders.decision(orderId(9n))?.state, "bid");
  });

  it("does not bid while the engine hangs, and bids when it has come to", async () => {
    const world = newWorld();
    const { keeper, settle, orders } = await open(world);
    const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
    const observe = world.runtime.observe.bind(world.runtime);
    let wake = () => {};
    world.runtime.observe = () =>
      new Promise((resolve) => {
        wake = () => resolve([]);
      });
    void keeper.step();
    // An engine that is only slow is not away.
    world.nowMs = 9_999;
    world.market.placeOrder(orderId(7n), testGroup(), 1n);
    await keeper.onBlock(world.market.nextBlock());
    await turn();
    assert.equal(orders.decision(orderId(7n))?.state, "bid");
    world.nowMs = 10_000;
    world.market.placeOrder(orderId(8n), testGroup(), 1n);
    await keeper.onBlock(world.market.nextBlock());
    await turn();
    assert.equal(orders.decision(orderId(8n))?.state, "declined");
    world.runtime.observe = observe;
    wake();
    await settle();
    assert.equal(orders.decision(orderId(8n))?.state, "bid");
  });

  it("pays its duties to the chain while the engine hangs", async () => {
    const world = newWorld();
    const { keeper } = await open(world);
    const id = orderId(7n);
    world.market.placeOrder(id, testGroup(), 105n);
    await keeper.onBlock(world.market.nextBlock());
    world.runtime.observe = () => new Promise(() => {});
    const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
    await turn();
    world.market.createLease(id);
    for (let i = 0; i < 12; i++) {
      await keeper.onBlock(world.market.nextBlock());
      await turn();
    }
    assert.equal(world.market.sent.filter((line) => line.includes("final")).length, 1);
  });

  it("keeps nothing of a lease that ended while its manifest came", async () => {
    const world = newWorld();
    const { block, book, settle } = await open(world);
    world.market.placeOrder(orderId(7n), testGroup(), 10_000n);
    await block();
    const lease = world.market.createLease(orderId(7n));
    await block();
    world.market.endLease(lease);
    await block();
    await book.accept([{ lease, group: manifest() }]);
    await settle();
    assert.deepEqual(book.leases(), []);
    assert.equal(await book.hostnameProblem("another", ["a.test"]), undefined);
    assert.deepEqual((await open(world)).book.leases(), []);
  });

  it("forgets such a manifest later if the chain was away then", async () => {
    const world = newWorld();
    const { block, book, keeper, settle } = await open(world);
    world.market.placeOrder(orderId(7n), testGroup(), 10_000n);
    await block();
    const lease = world.market.createLease(orderId(7n));
    await block();
    world.market.endLease(lease);
    await block();
    world.market.away = true;
    await book.accept([{ lease, group: manifest() }]);
    await settle();
    world.market.away = false;
    await keeper.resync(world.market.height);
    assert.deepEqual(book.leases(), []);
  });

  it("reads a lease's money again when the first time failed, and so sees its end", async () => {
    const world = newWorld();
    const { block, keeper } = await open(world);
    world.market.placeOrder(orderId(7n), testGroup(), 105n);
    await block();
    const account = world.market.account.bind(world.market);
    world.market.account = () => Promise.reject(new Error("away"));
    world.market.createLease(orderId(7n));
    await assert.rejects(block());
    world.market.account = account;
    await keeper.resync(world.market.height);
    for (let i = 0; i < 12; i++) await block();
    assert.equal(world.market.sent.filter((line) => line.includes("final")).length, 1);
  });

  it("goes on when its duties cannot be planned for once", async () => {
    const world = newWorld();
    const { block, keeper, leases } = await open(world, { withdrawIntervalMs: 1000 });
    world.market.placeOrder(orderId(7n), testGroup(), 10_000n);
    await block();
    world.market.createLease(orderId(7n));
    await block();
    const ownLeases = leases.ownLeases.bind(leases);
    leases.ownLeases = () => {
      throw new Error("a bug");
    };
    world.nowMs = 2000;
    await keeper.step();
    leases.ownLeases = ownLeases;
    await block();
    assert.equal(world.market.sent.filter((line) => line.startsWith("withdraw")).length, 1);
  });

  it("withdraws at its interval", async () => {
    const world = newWorld();
    const { block } = await open(world, { withdrawIntervalMs: 5000 });
    world.market.placeOrder(orderId(7n), testGroup(), 10_000n);
    await block();
    world.market.createLease(orderId(7n));
    await block();
    for (world.nowMs = 0; world.nowMs <= 11_000; world.nowMs += 1000) await block();
    assert.equal(world.market.sent.filter((line) => line.startsWith("withdraw")).length, 2);
  });
});
