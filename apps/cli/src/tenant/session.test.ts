import assert from "node:assert/strict";
import { test } from "node:test";
import { CliError, type Invocation } from "../command.ts";
import { readDeploySettings } from "./session.ts";

function invocation(values: Readonly<Record<string, string>>): Invocation {
  return { operands: [], rest: [], text: (name) => values[name], flag: () => false };
}

test("asking for a bid without a terminal is refused before anything is opened", (t) => {
  const { isTTY } = process.stdin;
  t.after(() => {
    process.stdin.isTTY = isTTY;
  });
  process.stdin.isTTY = false;
  assert.throws(
    () => readDeploySettings(invocation({ bid: "ask" })),
    (error: unknown) => error instanceof CliError && error.exitCode === 2 && /terminal/.test(error.message),
  );
  process.stdin.isTTY = true;
  assert.equal(readDeploySettings(invocation({ bid: "ask" })).choice.kind, "ask");
});
