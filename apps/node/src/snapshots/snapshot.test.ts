import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SigningStargateClient } from "@cosmjs/stargate";
import { LevelBackend, loadConfig, nativeHash } from "@stoa/host";
import { silentLog, toHex, toHexUpper } from "@stoa/std";
import { ChainStore } from "../engines/embedded/chain-store.ts";
import { importGenesis } from "../home/export-genesis.ts";
import { type RunningNode, startNode } from "../main.ts";
import { nodeConfigSchema } from "../node-config.ts";
import { makeTestHome, type TestHome, testWallet } from "../testing/test-home.ts";
import { restoreSnapshot } from "./restore-snapshot.ts";
import { createSnapshot, listSnapshots } from "./snapshot-commands.ts";

async function start(
  { scope }: TestHome,
  home: string,
  file: Readonly<Record<string, unknown>> = {},
): Promise<RunningNode> {
  const ports = { rpcPort: 0, grpcEnabled: false, restPort: 0, blockIntervalMs: 30, emptyBlocks: false };
  const loaded = loadConfig(nodeConfigSchema, { file: { ...ports, ...file } });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const node = await startNode({ home, config: loaded.value.values, log: silentLog });
  return scope.add("node", node);
}

const fee = { amount: [{ denom: "uakt", amount: "5000" }], gas: "200000" };

/** Sends a few coins, each in a block of its own. */
async function send(node: RunningNode, address: string, times: number): Promise<void> {
  const client = await SigningStargateClient.connectWithSigner(node.rpcUrl, await testWallet(), {
    broadcastPollIntervalMs: 20,
  });
  for (let round = 0; round < times; round++) {
    const sent = await client.sendTokens(address, address, [{ denom: "uakt", amount: "1" }], fee);
    assert.equal(sent.code, 0);
  }
  client.disconnect();
}

/** A home with the same genesis and validator, and without a chain. */
function emptyCopy(home: string, name: string): string {
  const copy = join(home, name);
  importGenesis({ home: copy, text: readFileSync(join(home, "config", "genesis.json"), "utf8"), keysFrom: home });
  return copy;
}

async function answer(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** App hash that the header of a height carries, in upper-case hex. */
async function appHashIn(home: string, height: bigint): Promise<string> {
  const backend = await LevelBackend.open(join(home, "data", "state"));
  try {
    return toHexUpper(new ChainStore(backend, nativeHash).block(height)?.block.header.appHash ?? new Uint8Array());
  } finally {
    await backend.close();
  }
}

test("a restored home goes on where the snapshot's chain was, with the same app hash", async (t) => {
  const world = await makeTestHome(t);
  const { home, address } = world;
  const first = await start(world, home);
  await send(first, address, 3);
  await first.close();
  const made = await createSnapshot({ home, log: silentLog });
  assert.equal(made.height, first.height() - 1n);
  assert.deepEqual(listSnapshots(home), [made]);
  await assert.rejects(createSnapshot({ home, log: silentLog }), /there is a snapshot of height \d+ already/);
  const early = await createSnapshot({ home, height: 2n, log: silentLog });
  assert.equal(early.manifest.appHash, (await appHashIn(home, 3n)).toLowerCase());
  for (const height of [0n, first.height(), 1_000n]) {
    await assert.rejects(createSnapshot({ home, height, log: silentLog }), /has no snapshot: .*1 to \d+ can have one/);
  }

  const copy = emptyCopy(home, "copy");
  const restored = await restoreSnapshot({ home: copy, from: made.folder, log: silentLog });
  assert.equal(toHex(restored.appHash), made.manifest.appHash);
  assert.equal(restored.lastHeight, first.height());
  assert.equal(await appHashIn(copy, first.height()), await appHashIn(home, first.height()));
  await assert.rejects(restoreSnapshot({ home: copy, from: made.folder, log: silentLog }), /has a chain already/);

  const [again, original] = [await start(world, copy), await start(world, home)];
  const last = first.height();
  for (const path of [`block?height=${last}`, `block_results?height=${last}`, `validators?height=${last}`]) {
    const [ours, theirs] = await Promise.all([again, original].map(({ rpcUrl }) => answer(`${rpcUrl}/${path}`)));
    assert.deepEqual(ours, theirs, path);
  }
  await send(again, address, 2);
  assert.ok(again.height() > last);
  const pruned = await answer(`${again.rpcUrl}/block?height=1`);
  assert.equal(pruned.status, 500);
  assert.match(JSON.stringify(pruned.body), new RegExp(`height 1 is not available, lowest height is ${last}`));
  const query = `${again.restUrl}/cosmos/bank/v1beta1/balances/${address}`;
  const old = await fetch(query, { headers: { "x-cosmos-block-height": "1" } });
  assert.match(await old.text(), /failed to load state at height 1/);
  await again.close();
  const next = await createSnapshot({ home: copy, log: silentLog });
  assert.ok(next.height > made.height, "a restored chain can be restored again");
});
