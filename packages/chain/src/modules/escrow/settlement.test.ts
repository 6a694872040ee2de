import assert from "node:assert/strict";
import { test } from "node:test";
import { Dec } from "@stoa/std";
import { apportion, dueAt, settle } from "./settlement.ts";
import { type EscrowAccount, type EscrowPayment, escrowStates } from "./types.ts";

const denom = "uact";

function account(funds: bigint, state: number = escrowStates.open): EscrowAccount {
  const balance = { denom, amount: Dec.fromInt(funds) };
  return {
    id: { scope: 1, xid: "owner/1" },
    owner: "owner",
    state,
    transferred: [{ denom, amount: Dec.zero }],
    settledAt: 0n,
    funds: [balance],
    deposits: funds > 0n ? [{ owner: "owner", height: 0n, source: 1, balance }] : [],
  };
}

function payment(name: string, rate: string, parts: Partial<EscrowPayment> = {}): EscrowPayment {
  return {
    id: { aid: { scope: 1, xid: "owner/1" }, xid: name },
    owner: name,
    state: escrowStates.open,
    rate: { denom, amount: Dec.of(rate) },
    balance: Dec.zero,
    unsettled: Dec.zero,
    withdrawn: 0n,
    startedAt: 0n,
    accrued: 0n,
    ...parts,
  };
}

test("two payments that are covered are paid in full (S1)", () => {
  const outcome = settle(account(100n), [payment("a", "10"), payment("b", "10")], 5n);
  assert.equal(outcome.overdrawn, false);
  assert.deepEqual(
    outcome.payments.map((p) => p.balance.truncateInt()),
    [50n, 50n],
  );
  assert.equal(outcome.account.funds[0]?.amount.toString(), Dec.zero.toString());
});

test("a payment that begins in a later block is owed nothing yet", () => {
  const outcome = settle(account(100n), [payment("a", "10", { startedAt: 50n })], 5n);
  assert.equal(outcome.account.funds[0]?.amount.toString(), Dec.fromInt(100n).toString());
  assert.equal(outcome.payments[0]?.balance.isZero(), true);
});

test("a shortfall is shared pro rata, not by order of keys (E-6)", () => {
  const outcome = settle(account(100n), [payment("a", "10"), payment("b", "10")], 6n);
  assert.equal(outcome.overdrawn, true);
  assert.deepEqual(
    outcome.payments.map((p) => [p.balance.truncateInt(), p.unsettled.truncateInt(), p.state]),
    [
      [50n, 10n, escrowStates.overdrawn],
      [50n, 10n, escrowStates.overdrawn],
    ],
  );
  assert.equal(outcome.account.funds[0]?.amount.toString(), Dec.fromInt(-20n).toString());
});

test("a rate below one unit earns the same whether settled each block or once (E-5)", () => {
  let state = account(1000n);
  let often = payment("a", "0.9");
  for (let height = 1n; height <= 10n; height++) {
    const outcome = settle(state, [often], height);
    state = outcome.account;
    often = outcome.payments[0] as EscrowPayment;
  }
  const once = settle(account(1000n), [payment("a", "0.9")], 10n).payments[0] as EscrowPayment;
  assert.equal(often.balance.truncateInt(), 9n);
  assert.equal(once.balance.truncateInt(), 9n);
});

test("settling twice in one block changes nothing (E-1)", () => {
  const first = settle(account(100n), [payment("a", "3")], 4n);
  const second = settle(first.account, first.payments, 4n);
  assert.deepEqual(second, first);
});

test("an overdrawn account pays debts alone, however much time went by", () => {
  const owing = payment("a", "10", { state: escrowStates.overdrawn, unsettled: Dec.fromInt(20n), accrued: 60n });
  const partly = settle(account(15n, escrowStates.overdrawn), [owing], 1000n);
  assert.equal(partly.overdrawn, true);
  assert.equal(partly.payments[0]?.unsettled.truncateInt(), 5n);
  const wholly = settle(account(50n, escrowStates.overdrawn), [owing], 1000n);
  assert.equal(wholly.overdrawn, false);
  assert.equal(wholly.payments[0]?.balance.truncateInt(), 20n);
  assert.equal(wholly.account.funds[0]?.amount.truncateInt(), 30n);
});

test("deposits are spent oldest first", () => {
  const entry = (owner: string, amount: bigint) => ({
    owner,
    height: 0n,
    source: 1,
    balance: { denom, amount: Dec.fromInt(amount) },
  });
  const state = { ...account(80n), deposits: [entry("a", 30n), entry("b", 50n)] };
  const outcome = settle(state, [payment("p", "60")], 1n);
  assert.deepEqual(
    outcome.account.deposits.map((d) => [d.owner, d.balance.amount.truncateInt()]),
    [["b", 20n]],
  );
});

test("what is left over after pro rata goes out one unit each in order", () => {
  assert.deepEqual(apportion([10n, 10n, 10n], 20n), [7n, 7n, 6n]);
  assert.deepEqual(apportion([1n, 5n], 6n), [1n, 5n]);
  assert.deepEqual(apportion([0n, 3n], 1n), [0n, 1n]);
});

test("a due counts whole units of the whole life of a payment", () => {
  assert.equal(dueAt(payment("a", "1.5"), 3n), 4n);
  assert.equal(dueAt(payment("a", "1.5", { accrued: 4n }), 4n), 2n);
});
