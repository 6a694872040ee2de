import assert from "node:assert/strict";
import { test } from "node:test";
import { Dec } from "@stoa/std";
import fc from "fast-check";
import { apportion, settle } from "./settlement.ts";
import { type EscrowAccount, type EscrowPayment, escrowStates } from "./types.ts";

const denom = "uact";
const bigAmount = fc.bigInt({ min: 0n, max: 10n ** 15n });
const rate = fc.bigInt({ min: 1n, max: 10n ** 22n }).map((scaled) => Dec.fromScaled(scaled));

test("shares add up to the sum and none exceeds its due", () => {
  fc.assert(
    fc.property(fc.array(bigAmount, { minLength: 1, maxLength: 8 }), bigAmount, (dues, sum) => {
      const total = dues.reduce((a, b) => a + b, 0n);
      const shares = apportion(dues, sum < total ? sum : total);
      assert.equal(
        shares.reduce((a, b) => a + b, 0n),
        sum < total ? sum : total,
      );
      assert.ok(shares.every((share, i) => share >= 0n && share <= (dues[i] as bigint)));
    }),
  );
});

test("no order of settlements creates, loses or double-counts a unit", () => {
  fc.assert(
    fc.property(
      bigAmount,
      fc.array(rate, { minLength: 1, maxLength: 4 }),
      fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 1, maxLength: 20 }),
      (funds, rates, steps) => {
        const balance = { denom, amount: Dec.fromInt(funds) };
        let account: EscrowAccount = {
          id: { scope: 1, xid: "o/1" },
          owner: "o",
          state: escrowStates.open,
          transferred: [],
          settledAt: 0n,
          funds: [balance],
          deposits: [{ owner: "o", height: 0n, source: 1, balance }],
        };
        let payments: readonly EscrowPayment[] = rates.map((amount, i) => ({
          id: { aid: account.id, xid: `${i}` },
          owner: `p${i}`,
          state: escrowStates.open,
          rate: { denom, amount },
          balance: Dec.zero,
          unsettled: Dec.zero,
          withdrawn: 0n,
          startedAt: 0n,
          accrued: 0n,
        }));
        let height = 0n;
        for (const step of steps) {
          height += step;
          const outcome = settle(account, payments, height);
          account = outcome.account;
          payments = outcome.payments;
          if (outcome.overdrawn) break;
        }
        const held = account.deposits.reduce((sum, entry) => sum + entry.balance.amount.truncateInt(), 0n);
        const earned = payments.reduce((sum, payment) => sum + payment.balance.truncateInt(), 0n);
        assert.equal(held + earned, funds);
        const owed = payments.reduce((sum, payment) => sum + payment.unsettled.truncateInt(), 0n);
        assert.equal(account.funds[0]?.amount.truncateInt(), held - owed);
        for (const payment of payments) {
          const due = payment.rate.amount.mulInt(height).truncateInt();
          assert.equal(payment.balance.truncateInt() + payment.unsettled.truncateInt(), due);
        }
      },
    ),
  );
});
