import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, indented, jsonTable } from "./print.ts";
import { eventLine } from "./tx-send.ts";

test("values in one line", () => {
  assert.equal(cell({ denom: "uact", amount: "1.500000000000000000" }), "1.5uact");
  assert.equal(cell("100.000000000000000000"), "100");
  assert.equal(
    cell([
      { key: "a", value: "b" },
      { key: "c", value: "d" },
    ]),
    "a=b, c=d",
  );
  assert.equal(cell({ owner: "o", dseq: "7", gseq: 1 }), "o/7/1");
  assert.equal(cell("lease_closed_invalid"), "");
  assert.equal(cell(null), "");
  assert.equal(cell({ "@type": "/x.y.Grant", spend_limit: { denom: "", amount: "0" }, scopes: ["bid"] }), "Grant bid");
});

test("rows under their columns", () => {
  const rows = [{ id: { dseq: "7" }, price: { denom: "uact", amount: "1" } }];
  const text = jsonTable(rows, [
    ["DSEQ", "id.dseq"],
    ["PRICE", "price"],
  ]);
  assert.equal(text, "DSEQ  PRICE\n   7  1uact");
  assert.equal(jsonTable([], [["X", "x"]]), "none");
});

test("anything else is indented, and what is not set is left out", () => {
  const lines = indented({
    a: { b: "1", empty: "", none: null },
    list: [{ c: "2" }],
    coins: [{ denom: "x", amount: "3" }],
  });
  assert.deepEqual(lines, ["a:", "  b: 1", "list:", "  - 1:", "    c: 2", "coins: 3x"]);
});

test("events are short", () => {
  const attributes = [
    { key: "id", value: '{"owner":"o","dseq":"7"}' },
    { key: "msg_index", value: "0" },
  ];
  assert.equal(
    eventLine({ type: "akash.deployment.v1.EventDeploymentCreated", attributes }),
    "EventDeploymentCreated  id=o/7",
  );
});
