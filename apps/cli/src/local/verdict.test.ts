import assert from "node:assert/strict";
import { test } from "node:test";
import { type Balances, judge, owedFor } from "./verdict.ts";

const facts = { tenant: "t", provider: "p", denom: "uact", price: "1.500000000000000000", leasedAt: 4n, closedAt: 9n };
const holders = [
  { name: "tenant", address: "t" },
  { name: "provider", address: "p" },
  { name: "fees", address: "f" },
];

function balances(rows: Record<string, Record<string, bigint>>): Balances {
  return new Map(Object.entries(rows).map(([address, coins]) => [address, new Map(Object.entries(coins))]));
}

const before = balances({ t: { uact: 100n, uakt: 50n }, p: { uakt: 20n }, f: {} });
const fees = balances({ t: { uakt: 3n }, p: { uakt: 2n } });

test("what is owed is whole units of price times blocks", () => {
  assert.equal(owedFor(facts), 7n);
  assert.equal(owedFor({ ...facts, price: "0.100000000000000000" }), 0n);
});

test("balances that leases and fees explain are accepted", () => {
  const after = balances({ t: { uact: 93n, uakt: 47n }, p: { uact: 7n, uakt: 18n }, f: { uakt: 5n } });
  const verdict = judge({ holders, leases: [facts], fees, feeCollector: "f", before, after });
  assert.deepEqual(verdict, { ok: true, owed: 7n, blocks: 5n, mismatches: [] });
});

test("one unit too much anywhere is named", () => {
  const after = balances({ t: { uact: 93n, uakt: 47n }, p: { uact: 8n, uakt: 18n }, f: { uakt: 5n } });
  const verdict = judge({ holders, leases: [facts], fees, feeCollector: "f", before, after });
  assert.equal(verdict.ok, false);
  assert.deepEqual(verdict.mismatches, [{ holder: "provider", denom: "uact", expected: 7n, actual: 8n }]);
});

test("money that vanished is named too", () => {
  const after = balances({ t: { uact: 93n, uakt: 47n }, p: { uact: 7n, uakt: 18n } });
  const verdict = judge({ holders, leases: [facts], fees, feeCollector: "f", before, after });
  assert.deepEqual(verdict.mismatches, [{ holder: "fees", denom: "uakt", expected: 5n, actual: 0n }]);
});
