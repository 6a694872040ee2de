import assert from "node:assert/strict";
import { test } from "node:test";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { newMessage } from "@stoa/wire";
import { EventLeaseClosedSchema, LeaseIDSchema } from "@stoa/wire/akash.market.v1";
import { MsgCloseLeaseSchema, MsgWithdrawLeaseSchema } from "@stoa/wire/akash.market.v1beta5";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import type { Event } from "./abci.ts";
import { create } from "./codec.ts";
import { closingModule, withClosing } from "./testing/closing-module.ts";
import { SmallChain } from "./testing/small-chain.ts";

const isClosing = ({ type }: Event): boolean => type === EventLeaseClosedSchema.typeName;
const attributesOf = (event: Event | undefined) =>
  new Map((event?.attributes ?? []).map(({ key, value, index }) => [key, { value, index }]));
const ports = { hash: pureHash, verifier: pureVerifier };
const coins = [{ denom: "uakt", amount: 1_000_000_000n }];
const owner = new SmallChain({ ...ports, people: 1, coins }).who(0).address;
const id = create(LeaseIDSchema, { owner, dseq: 5n, gseq: 1, oseq: 1, provider: owner });

/** A chain whose lease closes at the end of its second block. */
function begun(): SmallChain {
  const chain = new SmallChain({
    ...ports,
    people: 1,
    coins,
    sections: { closing: {} },
    ignoredSections: ["market"],
    adapt: (modules) => withClosing(modules, closingModule(id, 2n)),
  });
  chain.begin();
  return chain;
}

const close = newMessage(MsgCloseLeaseSchema, { id });
const withdraw = newMessage(MsgWithdrawLeaseSchema, { id });
const tooMuch = [{ denom: "uakt", amount: "999999999999" }];
const failing = newMessage(MsgSendSchema, { fromAddress: owner, toAddress: owner, amount: tooMuch });

test("what end-block closes is told by the block, and once more by the first transaction that touches it", () => {
  const chain = begun();
  assert.deepEqual(chain.block([]).events.filter(isClosing), []);

  const told = chain.block([]).events.filter(isClosing);
  assert.equal(told.length, 1);
  const inBlock = attributesOf(told[0]);
  assert.deepEqual(inBlock.get("mode"), { value: "EndBlock", index: true });
  assert.equal(JSON.parse(inBlock.get("id")?.value ?? "").dseq, "5");

  const quiet = chain.block([]);
  assert.deepEqual(quiet.events.filter(isClosing), [], "a block tells it once");

  const [first] = chain.block([chain.sign(chain.who(0), [close])]).txResults;
  assert.equal(first?.code, 0, first?.log);
  const again = first?.events.filter(isClosing) ?? [];
  assert.equal(again.length, 1);
  const inTx = attributesOf(again[0]);
  assert.equal(inTx.get("msg_index")?.value, "0");
  assert.equal(inTx.has("mode"), false);
  for (const name of ["id", "reason"]) assert.equal(inTx.get(name)?.value, inBlock.get(name)?.value, name);

  const [second] = chain.block([chain.sign(chain.who(0), [close])]).txResults;
  assert.deepEqual([second?.codespace, second?.code], ["market", 24]);
  assert.deepEqual(second?.events.filter(isClosing), [], "a transaction tells it once, too");
});

test("whatever touches it first tells it, and each kind of message is refused with its own code after that", () => {
  const chain = begun();
  chain.block([]);
  chain.block([]);
  const both = chain.block([chain.sign(chain.who(0), [withdraw]), chain.sign(chain.who(0), [withdraw])]);
  const [first, second] = both.txResults;
  assert.equal(first?.code, 0, first?.log);
  assert.equal(first?.events.filter(isClosing).length, 1);
  assert.deepEqual([second?.codespace, second?.code], ["escrow", 7]);
  const [last] = chain.block([chain.sign(chain.who(0), [close])]).txResults;
  assert.deepEqual([last?.codespace, last?.code], ["market", 24]);
});

test("a transaction that fails, a check and a simulation have told nothing", () => {
  const chain = begun();
  chain.block([]);
  chain.block([]);
  const [failed] = chain.block([chain.sign(chain.who(0), [close, failing])]).txResults;
  assert.deepEqual([failed?.codespace, failed?.code], ["sdk", 5]);
  assert.deepEqual(failed?.events.filter(isClosing), []);
  const next = chain.sign(chain.who(0), [close]);
  assert.equal(chain.app.simulate(next).events.filter(isClosing).length, 1);
  assert.equal(chain.app.checkTx({ tx: next, recheck: false }).code, 0);
  const [told] = chain.block([next]).txResults;
  assert.equal(told?.code, 0, told?.log);
  assert.equal(told?.events.filter(isClosing).length, 1);
});

test("what a transaction closes itself is told once, by that transaction", () => {
  const chain = begun();
  const [own] = chain.block([chain.sign(chain.who(0), [close])]).txResults;
  assert.equal(own?.events.filter(isClosing).length, 1);
  const { txResults, events } = chain.block([chain.sign(chain.who(0), [close])]);
  assert.deepEqual([txResults[0]?.codespace, txResults[0]?.code], ["market", 24]);
  assert.deepEqual(events.filter(isClosing), []);
});
