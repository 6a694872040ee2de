import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CliError, type Invocation } from "../command.ts";
import { authorization, parseCoinList, readMessages } from "./tx-grants.ts";
import { messageFromJson } from "./tx-send.ts";

test("coins are sorted by denomination", () => {
  assert.deepEqual(parseCoinList("5uakt, 6uact"), [
    { amount: "6", denom: "uact" },
    { amount: "5", denom: "uakt" },
  ]);
  assert.throws(() => parseCoinList("5.5uakt"), CliError);
});

test("messages come as one, as a list, or inside a transaction", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-tx-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "m.json");
  const one = { "@type": "/cosmos.bank.v1beta1.MsgSend", from_address: "a", to_address: "b", amount: [] };
  for (const value of [one, [one], { messages: [one] }, { body: { messages: [one] } }]) {
    writeFileSync(file, JSON.stringify(value));
    assert.deepEqual(readMessages(file), [one]);
  }
  assert.equal(messageFromJson(one).typeUrl, one["@type"]);
  for (const text of ["[]", "{", '{"messages":{}}']) {
    writeFileSync(file, text);
    assert.throws(() => readMessages(file), CliError, text);
  }
  assert.throws(() => readMessages(join(folder, "none.json")), CliError);
  assert.throws(() => messageFromJson({ "@type": "/no.Such" }), CliError);
  assert.throws(() => messageFromJson({ ...one, nonsense: 1 }), CliError);
});

test("a grant of deposits has an old limit that is a valid coin of zero: the reference refuses another", () => {
  const typed: Record<string, string> = { "spend-limit": "5uact", scopes: "deployment" };
  const invocation: Invocation = {
    operands: ["akash1aaaa", "deposit"],
    rest: [],
    text: (name) => typed[name],
    flag: () => false,
  };
  const json = {};
  authorization({ json, invocation });
  assert.deepEqual(json, {
    grant: {
      authorization: {
        "@type": "/akash.escrow.v1.DepositAuthorization",
        spend_limit: { denom: "uakt", amount: "0" },
        spend_limits: [{ denom: "uact", amount: "5" }],
        scopes: ["deployment"],
      },
    },
  });
});
