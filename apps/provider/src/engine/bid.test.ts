import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dec } from "@stoa/std";
import { type BidDecision, bid, type OrderFacts } from "./bid.ts";
import { gib, testCapacity, testGpu, testGroup, testOwner, testPolicy, testPrices, testUnit } from "./fixtures.ts";
import { Ledger } from "./ledger.ts";

const now = { blockIntervalMs: 6_000n, engineAnswers: true };

function order(group = testGroup(), oseq = 1): OrderFacts {
  return { id: { owner: testOwner, dseq: 7n, gseq: 1, oseq }, group, reclamationMinS: null };
}

function codes(decision: BidDecision): string[] {
  return decision.kind === "decline" ? decision.reasons.map(({ code }) => code) : [];
}

describe("bid", () => {
  it("offers at the table's price and reserves the room", () => {
    const ledger = new Ledger(testCapacity());
    const group = testGroup(testUnit({ cpu: 1000, memory: gib, storage: 10 * gib, price: "10000" }));
    const decision = bid(order(group), ledger, testPolicy(), now);
    assert.equal(decision.kind, "offer");
    if (decision.kind !== "offer") return;
    // 1.60 + 0.80 + 0.20 + 0.05 = 2.65 ACT a month; a month has 438291 blocks of 6 s.
    assert.equal(decision.price.amount.toString(), "6.046212000000000000");
    assert.equal(decision.price.denom, "uact");
    assert.equal(ledger.available().cpuMilli, 3000n);
    assert.equal(ledger.all().length, 1);
  });

  it("names every reason at once and reserves nothing", () => {
    const ledger = new Ledger(testCapacity());
    const group = { ...testGroup(testUnit({ cpu: 9000, price: "0.5" })) };
    const requirements = { attributes: [{ key: "region", value: "us-east" }] };
    const policy = testPolicy({ onlyOrdersWith: [{ key: "tier", value: "gold" }] });
    assert.deepEqual(codes(bid(order({ ...group, requirements }), ledger, policy, now)), [
      "attributes",
      "order-attributes",
      "capacity",
    ]);
    assert.equal(ledger.all().length, 0);
  });

  it("declines what pays too little, and gives the room back", () => {
    const ledger = new Ledger(testCapacity());
    const decision = bid(order(testGroup(testUnit({ price: "0.01" }))), ledger, testPolicy(), now);
    assert.deepEqual(codes(decision), ["price"]);
    assert.equal(ledger.all().length, 0);
  });

  it("declines another denomination", () => {
    const policy = testPolicy({ prices: { uakt: { kind: "table", table: testPrices } } });
    assert.deepEqual(codes(bid(order(), new Ledger(testCapacity()), policy, now)), ["denomination"]);
  });

  it("bids a share of the ceiling", () => {
    const policy = testPolicy({ prices: { uact: { kind: "share", ofCeiling: Dec.of("0.8") } } });
    const decision = bid(order(), new Ledger(testCapacity()), policy, now);
    assert.equal(decision.kind === "offer" ? decision.price.amount.toString() : "", "800.000000000000000000");
  });

  it("names the GPU that the tenant gets, and prices its model", () => {
    const ledger = new Ledger(testCapacity({ gpus: [testGpu("GPU-1", "a100"), testGpu("GPU-2", "h100")] }));
    const attributes = [{ key: "capabilities/gpu/vendor/nvidia/model/a100", value: "true" }];
    const group = testGroup(testUnit({ gpu: 1, gpuWants: ["vendor/nvidia/model/a100"], price: "10000" }));
    const decision = bid(order(group), ledger, testPolicy({ attributes }), now);
    assert.equal(decision.kind, "offer");
    if (decision.kind !== "offer") return;
    assert.deepEqual(decision.units[0]?.gpu, [
      { key: "vendor/nvidia/model/a100/ram/80Gi/interface/pcie", value: "true" },
    ]);
    assert.deepEqual(decision.reservation.grants, [{ resourceId: 1, devices: ["GPU-1"] }]);
    const next = bid(order(group, 2), ledger, testPolicy({ attributes }), now);
    assert.deepEqual(codes(next), ["capacity"]);
  });

  it("refuses what the runtime cannot do", () => {
    const features = { ...testPolicy().features, replicas: false, gpu: false };
    const group = testGroup(testUnit({ count: 2, gpu: 1, price: "10000" }));
    const ledger = new Ledger(testCapacity({ gpus: [testGpu("GPU-1", "a100"), testGpu("GPU-2", "a100")] }));
    assert.deepEqual(codes(bid(order(group), ledger, testPolicy({ features }), now)), ["feature", "feature"]);
  });

  it("declines while the container engine does not answer, beside what else is wrong, and gives the room back", () => {
    const ledger = new Ledger(testCapacity());
    const silent = { ...now, engineAnswers: false };
    assert.deepEqual(codes(bid(order(), ledger, testPolicy(), silent)), ["engine"]);
    const big = testGroup(testUnit({ cpu: 9000 }));
    assert.deepEqual(codes(bid(order(big), ledger, testPolicy(), silent)), ["engine", "capacity"]);
    assert.equal(ledger.all().length, 0);
    assert.equal(bid(order(), ledger, testPolicy(), now).kind, "offer");
  });

  it("declines a notice that it does not give", () => {
    const decision = bid({ ...order(), reclamationMinS: 3600n }, new Ledger(testCapacity()), testPolicy(), now);
    assert.deepEqual(codes(decision), ["reclamation"]);
  });
});
