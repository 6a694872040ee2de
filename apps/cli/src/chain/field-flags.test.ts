import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { encode, fromProtoJson } from "@stoa/wire";
import { MsgCreateDeploymentSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { MsgCreateBidSchema } from "@stoa/wire/akash.market.v1beta5";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { typeByUrl } from "@stoa/wire/registry";
import { CliError, parseInvocation } from "../command.ts";
import { atPath, type Leaf, leafJson, leavesOf, optionsOf, putJson, typedJson } from "./field-flags.ts";

const bidLeaves = leavesOf(MsgCreateBidSchema);

function leaf(flag: string): Leaf {
  const found = bidLeaves.find((candidate) => candidate.flag === flag);
  assert.ok(found, flag);
  return found;
}

test("every leaf of a message is one flag, ids and deposits flattened", () => {
  assert.deepEqual(
    bidLeaves.map(({ flag, path }) => [flag, path.join(".")]),
    [
      ["owner", "id.owner"],
      ["dseq", "id.dseq"],
      ["gseq", "id.gseq"],
      ["oseq", "id.oseq"],
      ["provider", "id.provider"],
      ["bseq", "id.bseq"],
      ["price", "price"],
      ["deposit", "deposit.amount"],
      ["deposit-sources", "deposit.sources"],
      ["resources-offer", "resources_offer"],
      ["reclamation-window", "reclamation_window"],
    ],
  );
});

test("a word that two fields share takes its parent's name", () => {
  const flags = leavesOf(MsgCreateDeploymentSchema).map(({ flag }) => flag);
  assert.equal(new Set(flags).size, flags.length);
});

test("what was typed is the message's protobuf JSON", () => {
  const spec = { name: "x", about: "x", options: optionsOf(bidLeaves), examples: [], maxOperands: 2 };
  const words = ["akash1aaaa", "7", "--gseq", "1", "--price", "0.5uact", "--deposit", "5uakt"];
  const typed = parseInvocation(spec, [...words, "--deposit-sources", "grant,balance", "--reclamation-window", "60s"]);
  const json = typedJson(bidLeaves, ["owner", "dseq"], typed);
  assert.deepEqual(json, {
    id: { owner: "akash1aaaa", dseq: "7", gseq: "1" },
    price: { amount: "0.5", denom: "uact" },
    deposit: { amount: { amount: "5", denom: "uakt" }, sources: ["grant", "balance"] },
    reclamation_window: "60s",
  });
  const message = fromProtoJson(MsgCreateBidSchema, json, typeByUrl);
  assert.ok(message.ok);
  const wanted = create(MsgCreateBidSchema, {
    id: { owner: "akash1aaaa", dseq: 7n, gseq: 1 },
    price: { denom: "uact", amount: "500000000000000000" },
    deposit: { amount: { denom: "uakt", amount: "5" }, sources: [2, 1] },
    reclamationWindow: { seconds: 60n, nanos: 0 },
  });
  assert.deepEqual(encode(MsgCreateBidSchema, message.value), encode(MsgCreateBidSchema, wanted));
});

test("lists of coins and of attributes are separated by commas", () => {
  const amount = leavesOf(MsgSendSchema).find(({ flag }) => flag === "amount");
  assert.ok(amount);
  assert.deepEqual(leafJson(amount, "5uakt,6uact"), [
    { amount: "5", denom: "uakt" },
    { amount: "6", denom: "uact" },
  ]);
});

test("bytes are hexadecimal or base64", () => {
  const hash = leavesOf(MsgCreateDeploymentSchema).find(({ flag }) => flag === "hash");
  assert.ok(hash);
  assert.equal(leafJson(hash, "00ff"), "AP8=");
  assert.equal(leafJson(hash, "AP8="), "AP8=");
});

test("what is no amount, or no JSON, is misuse", () => {
  for (const text of ["5", "uact", "-5uact", "5 uact", "5.5.5uact", ""])
    assert.throws(
      () => leafJson(leaf("price"), text),
      (error) => error instanceof CliError && error.exitCode === 2 && error.message.includes("--price"),
      text,
    );
  assert.throws(() => leafJson(leaf("resources-offer"), "{"), CliError);
});

test("paths of JSON are put and read", () => {
  const json = {};
  putJson(json, ["a", "b"], 1);
  putJson(json, ["a", "c"], [{ d: "x" }]);
  assert.equal(atPath(json, "a.b"), 1);
  assert.equal(atPath(json, "a.c.0.d"), "x");
  assert.equal(atPath(json, "a.z.y"), undefined);
});
