import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dec } from "@stoa/std";
import fc from "fast-check";
import { groupDemand } from "./demand.ts";
import { dueBetween, exhaustionHeight } from "./exhaustion.ts";
import { testCapacity, testGpu, testGroup, testUnit } from "./fixtures.ts";
import { Ledger } from "./ledger.ts";
import { plan, type World } from "./plan.ts";

const rate = fc.bigInt({ min: 1n, max: 10n ** 23n }).map((scaled) => Dec.fromScaled(scaled));

describe("exhaustion", () => {
  it("is the least height at which the dues exceed the funds", () => {
    const payments = fc.array(fc.record({ rate, startHeight: fc.bigInt({ min: 1n, max: 50n }) }), {
      minLength: 1,
      maxLength: 5,
    });
    const funds = fc.bigInt({ min: 0n, max: 10n ** 9n }).map((amount) => Dec.fromInt(amount));
    const settled = fc.bigInt({ min: 0n, max: 60n });
    fc.assert(
      fc.property(payments, funds, settled, (list, money, settledAt) => {
        const height = exhaustionHeight({ funds: money, settledAt, payments: list });
        assert.ok(height !== null && height > settledAt);
        assert.ok(dueBetween(list, settledAt, height) > money.truncateInt());
        assert.ok(dueBetween(list, settledAt, height - 1n) <= money.truncateInt());
      }),
    );
  });

  it("agrees with a walk block by block", () => {
    const small = fc.bigInt({ min: 10n ** 16n, max: 10n ** 19n }).map((scaled) => Dec.fromScaled(scaled));
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 4 }), fc.bigInt({ min: 0n, max: 40n }), (rates, money) => {
        const payments = rates.map((each) => ({ rate: each, startHeight: 3n }));
        let height = 3n;
        while (rates.reduce((sum, each) => sum + each.mulInt(height - 3n).truncateInt(), 0n) <= money) height++;
        assert.equal(exhaustionHeight({ funds: Dec.fromInt(money), settledAt: 3n, payments }), height);
      }),
    );
  });

  it("never ends what costs nothing", () => {
    assert.equal(exhaustionHeight({ funds: Dec.zero, settledAt: 1n, payments: [] }), null);
  });
});

describe("ledger", () => {
  const devices = Array.from({ length: 6 }, (_, i) => testGpu(`GPU-${i}`, i < 4 ? "a100" : "h100"));
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("reserve" as const),
      order: fc.integer({ min: 0, max: 8 }),
      cpu: fc.integer({ min: 10, max: 2500 }),
      count: fc.integer({ min: 1, max: 2 }),
      gpu: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({ kind: fc.constant("release" as const), order: fc.integer({ min: 0, max: 8 }) }),
  );

  it("never promises more than there is, gives no device twice and returns everything", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ledger = new Ledger(testCapacity({ gpus: devices }));
        for (const each of steps) {
          if (each.kind === "release") ledger.release(`order/${each.order}`);
          else {
            const { cpu, count, gpu } = each;
            ledger.reserve(`order/${each.order}`, groupDemand(testGroup(testUnit({ cpu, count, gpu }))));
          }
          const held = ledger.all();
          const cpuHeld = held.reduce((sum, { cpuMilli }) => sum + cpuMilli, 0n);
          assert.ok(cpuHeld <= 4000n);
          assert.equal(ledger.available().cpuMilli, 4000n - cpuHeld);
          const given = held.flatMap(({ grants }) => grants.flatMap((grant) => grant.devices));
          assert.equal(new Set(given).size, given.length);
          assert.equal(ledger.available().gpus.length, devices.length - given.length);
          for (const { grants } of held) {
            for (const grant of grants) {
              const models = new Set(grant.devices.map((id) => devices.find((device) => device.id === id)?.model));
              assert.equal(models.size, 1);
            }
          }
        }
        for (const { order } of ledger.all()) ledger.release(order);
        assert.equal(ledger.available().cpuMilli, 4000n);
        assert.equal(ledger.available().gpus.length, devices.length);
      }),
    );
  });

  it("counts an order once, however often it is asked for", () => {
    const ledger = new Ledger(testCapacity());
    const demand = groupDemand(testGroup());
    ledger.reserve("a", demand);
    ledger.reserve("a", demand);
    assert.equal(ledger.available().cpuMilli, 3900n);
  });
});

describe("plan", () => {
  const keys = ["o/1/1/1/p", "o/2/1/1/p", "o/3/1/1/p", "o/4/1/1/p"];
  const worlds: fc.Arbitrary<World> = fc
    .record({
      wanted: fc.subarray(keys),
      running: fc.subarray(keys),
      broken: fc.subarray(keys),
      bids: fc.subarray(keys),
      reserved: fc.subarray(keys),
    })
    .map(({ wanted, running, broken, bids, reserved }) => ({
      nowMs: 1000,
      height: 10n,
      leases: wanted.map((key) => ({
        key,
        fingerprint: "f",
        manifestDeadlineMs: null,
        withdrawAtMs: null,
        account: null,
        retryAtMs: 0,
      })),
      observed: running.map((key) => ({ key, fingerprint: "f", complete: !broken.includes(key) })),
      bids: bids.map((key) => ({ order: key.slice(0, -2), orderOpen: false, expiresAtMs: null })),
      reserved: reserved.map((key) => key.slice(0, -2)),
      bidding: new Set<string>(),
    }));

  it("carried out, leaves exactly what is wanted and then nothing more to do", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const running = new Set((world.observed ?? []).filter(({ complete }) => complete).map(({ key }) => key));
        let reserved = [...world.reserved];
        let bids = [...world.bids];
        for (const action of plan(world)) {
          if (action.kind === "ensure") running.add(action.lease);
          if (action.kind === "remove") running.delete(action.lease);
          if (action.kind === "release") reserved = reserved.filter((order) => order !== action.order);
          if (action.kind === "close-bid") bids = bids.filter(({ order }) => order !== action.order);
        }
        const wanted = world.leases.map(({ key }) => key);
        assert.deepEqual([...running].sort(byText), [...wanted].sort(byText));
        const observed = [...running].map((key) => ({ key, fingerprint: "f", complete: true }));
        assert.deepEqual(plan({ ...world, observed, reserved, bids }), []);
      }),
    );
  });

  it("concludes nothing from a runtime that does not answer", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const kinds = plan({ ...world, observed: null }).map(({ kind }) => kind);
        assert.ok(!kinds.includes("ensure") && !kinds.includes("remove"));
      }),
    );
  });

  it("withdraws one block before the money ends, and at the interval", () => {
    const lease = {
      key: "o/1/1/1/p",
      fingerprint: "f",
      manifestDeadlineMs: null,
      withdrawAtMs: null,
      retryAtMs: 0,
      account: { funds: Dec.fromInt(100n), settledAt: 5n, payments: [{ rate: Dec.fromInt(10n), startHeight: 5n }] },
    };
    const world: World = {
      nowMs: 0,
      height: 14n,
      leases: [lease],
      observed: [{ key: lease.key, fingerprint: "f", complete: true }],
      bids: [],
      reserved: [],
      bidding: new Set(),
    };
    assert.deepEqual(plan(world), []);
    assert.deepEqual(plan({ ...world, height: 15n }), [{ kind: "withdraw", lease: lease.key, because: "exhausted" }]);
    const due = { ...world, nowMs: 50, leases: [{ ...lease, withdrawAtMs: 50 }] };
    assert.deepEqual(plan(due), [{ kind: "withdraw", lease: lease.key, because: "interval" }]);
  });

  it("gives up a lease whose manifest does not come", () => {
    const lease = {
      key: "o/1/1/1/p",
      fingerprint: null,
      manifestDeadlineMs: 100,
      withdrawAtMs: null,
      account: null,
      retryAtMs: 0,
    };
    const world = {
      nowMs: 99,
      height: 1n,
      leases: [lease],
      observed: [],
      bids: [],
      reserved: ["o/1/1/1"],
      bidding: new Set<string>(),
    };
    assert.deepEqual(plan(world), []);
    assert.deepEqual(plan({ ...world, nowMs: 100 }), [
      { kind: "close-lease", lease: lease.key, because: "manifest-timeout" },
    ]);
  });
});

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
