import assert from "node:assert/strict";
import { test } from "node:test";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { newMessage } from "@stoa/wire";
import { EventLeaseClosedSchema, LeaseIDSchema } from "@stoa/wire/akash.market.v1";
import { MsgCloseLeaseSchema } from "@stoa/wire/akash.market.v1beta5";
import type { Event } from "./abci.ts";
import { create } from "./codec.ts";
import { closingModule, withClosing } from "./testing/closing-module.ts";
import { SmallChain } from "./testing/small-chain.ts";

const isClosing = ({ type }: Event): boolean => type === EventLeaseClosedSchema.typeName;
const attributesOf = (event: Event | undefined) =>
  new Map((event?.attributes ?? []).map(({ key, value, index }) => [key, { value, index }]));

test("what end-block closes is told by the block, and once more by the first transaction that touches it", () => {
  const ports = { hash: pureHash, verifier: pureVerifier };
  const coins = [{ denom: "uakt", amount: 1_000_000_000n }];
  const owner = new SmallChain({ ...ports, people: 1, coins }).who(0).address;
  const id = create(LeaseIDSchema, { owner, dseq: 5n, gseq: 1, oseq: 1, provider: owner });
  const chain = new SmallChain({
    ...ports,
    people: 1,
    coins,
    sections: { closing: {} },
    ignoredSections: ["market"],
    adapt: (modules) => withClosing(modules, closingModule(id, 2n)),
  });
  chain.begin();
  const close = (): Uint8Array => chain.sign(chain.who(0), [newMessage(MsgCloseLeaseSchema, { id })]);
  assert.deepEqual(chain.block([]).events.filter(isClosing), []);

  const told = chain.block([]).events.filter(isClosing);
  assert.equal(told.length, 1);
  const inBlock = attributesOf(told[0]);
  assert.deepEqual(inBlock.get("mode"), { value: "EndBlock", index: true });
  assert.equal(JSON.parse(inBlock.get("id")?.value ?? "").dseq, "5");

  const quiet = chain.block([]);
  assert.deepEqual(quiet.events.filter(isClosing), [], "a block tells it once");

  const [first] = chain.block([close()]).txResults;
  assert.equal(first?.code, 0, first?.log);
  const again = first?.events.filter(isClosing) ?? [];
  assert.equal(again.length, 1);
  const inTx = attributesOf(again[0]);
  assert.equal(inTx.get("msg_index")?.value, "0");
  assert.equal(inTx.has("mode"), false);
  for (const name of ["id", "reason"]) assert.equal(inTx.get(name)?.value, inBlock.get(name)?.value, name);

  const [second] = chain.block([close()]).txResults;
  assert.equal(second?.codespace, "market");
  assert.equal(second?.code, 10);
  assert.deepEqual(second?.events.filter(isClosing), [], "a transaction tells it once, too");
});
