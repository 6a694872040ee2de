import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadConfig, systemClock } from "@stoa/host";
import { importGenesis, initNodeHome, nodeConfigSchema, startNode } from "@stoa/node";
import { silentLog } from "@stoa/std";

const main = join(import.meta.dirname, "..", "main.ts");

/** Runs a command; its exit code and the JSON that it prints. */
function stoa(...words: string[]): { code: number | null; json: Record<string, unknown> } {
  const { status, stdout } = spawnSync(process.execPath, [main, ...words, "--json"], { encoding: "utf8" });
  return { code: status, json: stdout === "" ? {} : (JSON.parse(stdout) as Record<string, unknown>) };
}

/** A stopped node's home with a few blocks. */
async function makeHome(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "stoa-snapshot-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const home = join(folder, "node");
  const genesisTime = systemClock.nowNs() - 10_000_000_000n;
  initNodeHome({ home, chainId: "stoa-snapshot-1", genesisTime, appState: {} });
  const file = { rpcPort: 0, grpcEnabled: false, restEnabled: false, blockIntervalMs: 20 };
  const config = loadConfig(nodeConfigSchema, { file });
  assert.ok(config.ok);
  const node = await startNode({ home, config: config.value.values, log: silentLog });
  while (node.height() < 4n) await new Promise((resolve) => setTimeout(resolve, 10));
  await node.close();
  return home;
}

test("a snapshot is made, listed and restored by commands, and what cannot be is refused in words", async (t) => {
  const home = await makeHome(t);
  const made = stoa("node", "snapshot", "create", "--home", home, "--height", "2");
  assert.equal(made.code, 0);
  assert.deepEqual([made.json.height, made.json.format, made.json.chunks], ["2", 3, 1]);
  assert.deepEqual(stoa("node", "snapshot", "list", "--home", home), made);
  const next = join(home, "next");
  const genesis = join(home, "config", "genesis.json");
  const from = join(home, "data", "snapshots", "2");
  importGenesis({ home: next, text: readFileSync(genesis, "utf8"), keysFrom: home });
  const restored = stoa("node", "snapshot", "restore", "--home", next, "--from", from);
  const { appHash } = made.json;
  assert.deepEqual(restored, { code: 0, json: { chainId: "stoa-snapshot-1", height: "2", appHash, lastHeight: "3" } });
  const twice = stoa("node", "snapshot", "restore", "--home", next, "--from", from);
  assert.deepEqual([twice.code, twice.json.code], [1, "node_home_exists"]);
});

test("help on the first words of commands lists them", () => {
  const { status, stdout } = spawnSync(process.execPath, [main, "node", "snapshot", "--help"], { encoding: "utf8" });
  const names = [...stdout.matchAll(/^ {2}(node snapshot \w+) {2}/gm)].map(([, name]) => name);
  assert.deepEqual([status, names], [0, ["create", "list", "restore"].map((word) => `node snapshot ${word}`)]);
});
