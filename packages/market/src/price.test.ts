import assert from "node:assert/strict";
import { test } from "node:test";
import { Dec, utf8 } from "@stoa/std";
import { blocksAfforded, costOverTime, depositForTime, groupPrice } from "./price.ts";
import type { GroupSpec, ResourceUnit } from "./resources.ts";

function unit(id: number, count: number, amount: string, denom = "uact"): ResourceUnit {
  const resource = { id, storage: [], endpoints: [], cpu: { units: { val: utf8("100") }, attributes: [] } };
  return { resource, count, price: { denom, amount: Dec.of(amount).toWire() } };
}

test("a group's price is the sum of unit price times count", () => {
  const group: GroupSpec = { name: "g", resources: [unit(1, 2, "1.5"), unit(2, 3, "0.000000000000000001")] };
  assert.equal(groupPrice(group)?.amount.toString(), "3.000000000000000003");
  assert.equal(groupPrice(group)?.denom, "uact");
});

test("a group without units, or in two denominations, has no price", () => {
  assert.equal(groupPrice({ name: "g", resources: [] }), undefined);
  assert.equal(groupPrice({ name: "g", resources: [unit(1, 1, "1"), unit(2, 1, "1", "uakt")] }), undefined);
});

test("cost follows the measured block interval", () => {
  const cost = costOverTime(Dec.of("10"), 6000n);
  assert.equal(cost?.perHour.toString(), "6000.000000000000000000");
  // 30.436875 days of 14400 blocks.
  assert.equal(cost?.perMonth.toString(), "4382910.000000000000000000");
  assert.equal(costOverTime(Dec.of("10"), 0n), undefined);
});

test("a deposit for a time lasts at least that time, and one micro-unit less does not", () => {
  const price = Dec.of("0.3");
  const deposit = depositForTime(price, 3_600_000n, 6000n);
  assert.equal(deposit, 180n);
  assert.equal(blocksAfforded(Dec.fromInt(180n), price), 600n);
  assert.equal(blocksAfforded(Dec.fromInt(179n), price), 596n);
  assert.equal(blocksAfforded(Dec.fromInt(-1n), price), 0n);
  assert.equal(blocksAfforded(Dec.one, Dec.zero), undefined);
});
