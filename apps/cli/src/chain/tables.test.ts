import assert from "node:assert/strict";
import { test } from "node:test";
import { signerPathsOf } from "@stoa/wire";
import { registry } from "@stoa/wire/registry";
import { CliError } from "../command.ts";
import { query } from "../commands/query.ts";
import { tx } from "../commands/tx.ts";
import { leavesOf } from "./field-flags.ts";
import { methodNamed } from "./query-run.ts";
import { queryTable } from "./query-table.ts";
import { txTable } from "./tx-table.ts";

test("every query names a method and operands that exist", () => {
  for (const row of queryTable) {
    const flags = leavesOf(methodNamed(row.method).input).map(({ flag }) => flag);
    for (const operand of row.operands ?? []) assert.ok(flags.includes(operand), `${row.words}: ${operand}`);
    const fields = methodNamed(row.method).output.fields.map(({ name }) => name);
    if (row.rows !== undefined) assert.ok(fields.includes(row.rows), `${row.words}: ${row.rows}`);
    assert.ok(row.example.startsWith(`stoa query ${row.words}`), row.words);
    const chosen = query.select?.([...row.words.split(" "), "rest"]);
    assert.equal(chosen?.command.spec.name, `query ${row.words}`);
    assert.deepEqual(chosen?.words, ["rest"]);
  }
});

test("every message of the table exists, can be signed, and its operands are its own", () => {
  for (const row of txTable) {
    const schema = registry.getMessage(row.message);
    assert.ok(schema, row.message);
    assert.ok(signerPathsOf(schema).length > 0, row.words);
    const flags = [...leavesOf(schema).map(({ flag }) => flag), ...Object.keys(row.options ?? {})];
    for (const operand of row.operands ?? []) assert.ok(flags.includes(operand), `${row.words}: ${operand}`);
    for (const flag of [...Object.keys(row.defaults ?? {}), ...(row.hidden ?? [])])
      assert.ok(flags.includes(flag), `${row.words}: ${flag}`);
    assert.ok(row.example.startsWith(`stoa tx ${row.words}`), row.words);
    assert.equal(tx.select?.(row.words.split(" "))?.command.spec.name, `tx ${row.words}`);
  }
});

test("a bid is taken back for a reason that the chain takes from providers", () => {
  const row = txTable.find(({ words }) => words === "market bid close");
  const reason = row?.defaults?.reason ?? "";
  const number = registry.getEnum("akash.market.v1.LeaseClosedReason")?.values.find(({ name }) => name === reason);
  assert.equal(number?.number, 10_002);
});

test("the key decides who signs: no flag of a transaction names the signer", () => {
  const spec = tx.select?.(["market", "bid", "create"])?.command.spec;
  assert.equal(spec?.options.provider, undefined);
  assert.ok(spec?.options.key);
  assert.equal(tx.select?.(["bank", "send"])?.command.spec.operands, "FROM_KEY TO-ADDRESS AMOUNT");
});

test("a command that does not exist names those that are near", () => {
  assert.throws(
    () => tx.select?.(["authz", "nothing"]),
    (error) => error instanceof CliError && error.exitCode === 2 && error.hint?.includes("authz grant") === true,
  );
  assert.equal(tx.select?.(["--help"]), undefined);
  assert.throws(() => methodNamed("/akash.market.v1beta5.Query/Nothing"), CliError);
});
