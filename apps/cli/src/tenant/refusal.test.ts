import assert from "node:assert/strict";
import { test } from "node:test";
import { isSimulated, plainReason, refusalHint } from "./refusal.ts";

const simulated =
  "rpc error: code = Unknown desc = failed to execute message; message index: 0: spendable balance 0zzz is smaller " +
  "than 5zzz: insufficient funds with gas used: '44620': unknown request";

test("a simulation's refusal is told in the application's own words", () => {
  assert.equal(plainReason(simulated), "spendable balance 0zzz is smaller than 5zzz: insufficient funds");
  assert.equal(isSimulated(simulated), true);
  assert.match(refusalHint("", plainReason(simulated)) ?? "", /holds too little/);
});

test("where in the reference's source it was refused is left out", () => {
  const text =
    "rpc error: code = Unknown desc = failed to execute message; message index: 0: payment closed " +
    "[/src/baseapp/baseapp.go:1051] with gas used: '57390': unknown request";
  assert.equal(plainReason(text), "payment closed");
  assert.equal(plainReason("bad [a word] [x/authz/keeper.go:7]"), "bad [a word]");
});

test("later messages are counted from one, plain refusals stay", () => {
  assert.equal(plainReason("failed to execute message; message index: 2: x: bad"), "message 3: x: bad");
  assert.equal(plainReason("out of gas"), "out of gas");
  assert.equal(isSimulated("out of gas"), false);
  assert.equal(refusalHint("no/1", "no such words"), undefined);
});
