import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { GroupSpecSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { CliError } from "../command.ts";
import { parseTail } from "./logs.ts";
import { groupsProblem, parseAmount } from "./manage.ts";

test("amounts in micro-units and in whole units", () => {
  assert.deepEqual(parseAmount("5000000uact"), { denom: "uact", amount: "5000000" });
  assert.deepEqual(parseAmount("5act"), { denom: "uact", amount: "5000000" });
  assert.deepEqual(parseAmount("0.5akt"), { denom: "uakt", amount: "500000" });
  for (const text of ["5", "0.5uact", "1.0000001act", "-1act", "act"]) assert.throws(() => parseAmount(text), CliError);
});

test("a new version keeps its groups", () => {
  const group = (name: string, count: number) => create(GroupSpecSchema, { name, resources: [{ count }] });
  assert.equal(groupsProblem([group("a", 1)], [group("a", 1)]), undefined);
  assert.match(groupsProblem([group("a", 1)], [group("a", 1), group("b", 1)]) ?? "", /2 placement groups/);
  assert.match(groupsProblem([group("a", 1)], [group("b", 1)]) ?? "", /named b/);
  assert.match(groupsProblem([group("a", 1)], [group("a", 2)]) ?? "", /other resources/);
});

test("lines from the end of a log", () => {
  assert.equal(parseTail("all"), -1);
  assert.equal(parseTail("10"), 10);
  assert.throws(() => parseTail("ten"), CliError);
});
