import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SigningStargateClient } from "@cosmjs/stargate";
import { loadConfig } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { importGenesis } from "../home/export-genesis.ts";
import { type RunningNode, startNode } from "../main.ts";
import { nodeConfigSchema } from "../node-config.ts";
import { type TestHome, testWallet } from "./test-home.ts";

/** Starts a node that makes blocks when there is something to do; it ends with the test. */
export async function startQuiet(
  { scope }: TestHome,
  home: string,
  file: Readonly<Record<string, unknown>> = {},
): Promise<RunningNode> {
  const ports = { rpcPort: 0, grpcEnabled: false, restPort: 0, blockIntervalMs: 30, emptyBlocks: false };
  const loaded = loadConfig(nodeConfigSchema, { file: { ...ports, ...file } });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return scope.add("node", await startNode({ home, config: loaded.value.values, log: silentLog }));
}

const fee = { amount: [{ denom: "uakt", amount: "5000" }], gas: "200000" };

/** Sends a few coins from the funded account to itself, each time in a block of its own. */
export async function sendTimes(node: RunningNode, address: string, times: number): Promise<void> {
  const client = await SigningStargateClient.connectWithSigner(node.rpcUrl, await testWallet(), {
    broadcastPollIntervalMs: 20,
  });
  for (let round = 0; round < times; round++) {
    const sent = await client.sendTokens(address, address, [{ denom: "uakt", amount: "1" }], fee);
    assert.equal(sent.code, 0);
  }
  client.disconnect();
}

/** A home inside another, with the same genesis and validator, and without a chain. */
export function emptyCopy(home: string, name: string): string {
  const copy = join(home, name);
  importGenesis({ home: copy, text: readFileSync(join(home, "config", "genesis.json"), "utf8"), keysFrom: home });
  return copy;
}
