import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CliError, exitCodes } from "../command.ts";
import { allowsEthereumKeys } from "./genesis.ts";
import { homePaths } from "./home.ts";
import { openHome } from "./network.ts";

const blockIntervalMs = 1_000;

function freshPaths(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "stoa-home-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return homePaths(folder);
}

test("a new home may have Ethereum keys, and says so when it is asked again", async (t) => {
  const paths = freshPaths(t);
  assert.equal((await openHome(paths, { blockIntervalMs, ethereumKeys: true })).created, true);
  assert.ok(allowsEthereumKeys(readFileSync(join(paths.node, "config", "genesis.json"), "utf8")));
  assert.equal((await openHome(paths, { blockIntervalMs, ethereumKeys: true })).created, false);
  assert.equal((await openHome(paths, { blockIntervalMs })).created, false);
});

test("a home that was made without them has none later", async (t) => {
  const paths = freshPaths(t);
  await openHome(paths, { blockIntervalMs });
  const genesis = readFileSync(join(paths.node, "config", "genesis.json"), "utf8");
  assert.equal(allowsEthereumKeys(genesis), false);
  assert.doesNotMatch(genesis, /eip191/);
  await assert.rejects(openHome(paths, { blockIntervalMs, ethereumKeys: true }), (error) => {
    assert.ok(error instanceof CliError);
    assert.equal(error.exitCode, exitCodes.usage);
    assert.match(error.message, /was made without --eip191$/);
    return true;
  });
});
