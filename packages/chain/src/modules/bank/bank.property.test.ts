import assert from "node:assert/strict";
import { test } from "node:test";
import { pureHash } from "@stoa/std/crypto";
import { type Coins, coinsToWire, newMessage } from "@stoa/wire";
import {
  MsgMultiSendSchema,
  QueryTotalSupplyRequestSchema,
  QueryTotalSupplyResponseSchema,
} from "@stoa/wire/cosmos.bank.v1beta1";
import fc from "fast-check";
import { create, decode, encode } from "../../codec.ts";
import { SmallChain } from "../../testing/small-chain.ts";

const people = 4;
const coins: Coins = [
  { denom: "uact", amount: 1_000n },
  { denom: "uakt", amount: 400_000n },
];
/** Signatures are not what is tested here. */
const acceptAll = { verify: () => true };

const person = fc.integer({ min: 0, max: people - 1 });
const amount = fc.bigInt({ min: 1n, max: 300_000n });
const denom = fc.constantFrom("uact", "uakt");
const step = fc.oneof(
  fc.record({ kind: fc.constant("send" as const), from: person, to: person, amount, denom }),
  fc.record({
    kind: fc.constant("split" as const),
    from: person,
    to: fc.array(person, { maxLength: 3 }),
    amount,
    denom,
  }),
);

function totalSupply(chain: SmallChain): string {
  const data = encode(QueryTotalSupplyRequestSchema, create(QueryTotalSupplyRequestSchema));
  const path = "/cosmos.bank.v1beta1.Query/TotalSupply";
  const answer = chain.app.query({ path, data, height: 0n, prove: false });
  return JSON.stringify(decode(QueryTotalSupplyResponseSchema, answer.value).supply);
}

test("no unit is lost or made, whatever people send, split and fail to pay", () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 6 }), (blocks) => {
      const chain = new SmallChain({ hash: pureHash, verifier: acceptAll, people, coins });
      chain.begin();
      chain.block([]);
      const before = totalSupply(chain);
      for (const steps of blocks) {
        const txs = steps.map((one) => {
          if (one.kind === "send") return chain.send(one.from, one.to, one.amount, one.denom);
          const sender = chain.who(one.from);
          const share = coinsToWire([{ denom: one.denom, amount: one.amount }]);
          const total = coinsToWire([{ denom: one.denom, amount: one.amount * BigInt(one.to.length) }]);
          const inputs = [{ address: sender.address, coins: total }];
          const outputs = one.to.map((index) => ({ address: chain.who(index).address, coins: share }));
          return chain.sign(sender, [newMessage(MsgMultiSendSchema, { inputs, outputs })]);
        });
        // The supply invariant runs in every block: a lost unit throws here.
        const { txResults } = chain.block(txs);
        for (const { code, codespace, log } of txResults) {
          assert.notEqual(codespace, "undefined", log);
          // A signer that cannot pay the fee keeps its sequence, and its later transactions fail by it.
          assert.ok(code === 0 || ["sdk", "bank"].includes(codespace), log);
        }
      }
      assert.equal(totalSupply(chain), before);
    }),
    { numRuns: 60 },
  );
});
