import assert from "node:assert/strict";
import { test } from "node:test";
import { accountText } from "@stoa/wire";
import fc from "fast-check";
import { deploymentEscrowId, formatEscrowPaymentId, leasePaymentId, parseEscrowPaymentId } from "./escrow-ids.ts";
import { type BidId, formatBidId, formatGroupId, parseBidId, parseGroupId, validateBidId } from "./ids.ts";

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(accountText);
const sequence = fc.integer({ min: 1, max: 0xffff_ffff });
const bid: fc.Arbitrary<BidId> = fc.record(
  {
    owner: address,
    dseq: fc.bigInt({ min: 1n, max: (1n << 64n) - 1n }),
    gseq: sequence,
    oseq: sequence,
    provider: address,
    bseq: fc.constant(0),
  },
  { noNullPrototype: true },
);

test("ids survive their text", () => {
  fc.assert(
    fc.property(bid, (id) => {
      assert.deepEqual(parseBidId(formatBidId(id)), { ok: true, value: id });
      const { owner, dseq, gseq } = id;
      assert.deepEqual(parseGroupId(formatGroupId(id)), { ok: true, value: { owner, dseq, gseq } });
      assert.equal(validateBidId(id) === undefined, id.owner !== id.provider);
    }),
  );
});

test("a lease's payment belongs to its deployment's account and survives its text", () => {
  fc.assert(
    fc.property(bid, (id) => {
      const payment = leasePaymentId(id);
      assert.deepEqual(payment.aid, deploymentEscrowId(id));
      assert.deepEqual(parseEscrowPaymentId(formatEscrowPaymentId(payment)), { ok: true, value: payment });
    }),
  );
});

test("any text is answered, never thrown at", () => {
  fc.assert(fc.property(fc.string(), (text) => typeof parseBidId(text).ok === "boolean"));
});
