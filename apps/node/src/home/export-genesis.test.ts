import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SigningStargateClient } from "@cosmjs/stargate";
import { loadConfig } from "@stoa/host";
import { silentLog, toBase64 } from "@stoa/std";
import { decode } from "@stoa/wire";
import { QueryValidatorsResponseSchema } from "@stoa/wire/cosmos.staking.v1beta1";
import { type RunningNode, startNode } from "../main.ts";
import { nodeConfigSchema } from "../node-config.ts";
import { GrpcCaller } from "../testing/grpc-caller.ts";
import { makeTestHome, marketParameters, testWallet } from "../testing/test-home.ts";
import { exportGenesis, importGenesis } from "./export-genesis.ts";

const loaded = loadConfig(nodeConfigSchema, {
  file: { rpcPort: 0, grpcPort: 0, restEnabled: false, blockIntervalMs: 50, emptyBlocks: false },
});
assert.ok(loaded.ok);
const config = loaded.value.values;

/** The base point of ed25519: a public key as good as any. */
const ed25519Base = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 0x58 : 0x66));

/** The names of validators that staking tells. */
async function monikers({ grpcUrl }: RunningNode): Promise<readonly (string | undefined)[]> {
  const caller = new GrpcCaller(grpcUrl ?? "");
  const { value } = await caller.call("/cosmos.staking.v1beta1.Query/Validators", new Uint8Array());
  caller.close();
  return decode(QueryValidatorsResponseSchema, value).validators.map(({ description }) => description?.moniker);
}

test("an exported state begins a chain that goes on at the next height, with the same state", async (t) => {
  const { home, address, scope } = await makeTestHome(t, marketParameters);
  const node = await startNode({ home, config, log: silentLog });
  const client = await SigningStargateClient.connectWithSigner(node.rpcUrl, await testWallet(), {
    broadcastPollIntervalMs: 20,
  });
  const fee = { amount: [{ denom: "uakt", amount: "5000" }], gas: "200000" };
  const sent = await client.sendTokens(address, address, [{ denom: "uakt", amount: "1" }], fee);
  assert.equal(sent.code, 0);
  const balance = await client.getBalance(address, "uakt");
  const account = await client.getAccount(address);
  client.disconnect();
  await node.close();
  const document = await exportGenesis({ home, log: silentLog });
  const earlier = await exportGenesis({ home, height: 1n, log: silentLog });
  assert.equal(earlier.initial_height, 2);
  assert.notDeepEqual(earlier.app_state, document.app_state);
  await assert.rejects(exportGenesis({ home, height: 1_000n, log: silentLog }), /height 1000 is not kept/);

  for (const [name, keysFrom] of [
    ["same", home],
    ["fresh", undefined],
  ] as const) {
    const copy = join(home, name);
    const text = JSON.stringify(document);
    importGenesis({ home: copy, text, ...(keysFrom === undefined ? {} : { keysFrom }) });
    assert.throws(() => importGenesis({ home: copy, text }), /holds a node already/);
    const again = await startNode({ home: copy, config, log: silentLog });
    scope.defer(name, () => again.close());
    assert.equal(again.height(), BigInt(document.initial_height as number));
    const reader = await SigningStargateClient.connectWithSigner(again.rpcUrl, await testWallet(), {
      broadcastPollIntervalMs: 20,
    });
    assert.deepEqual(await reader.getBalance(address, "uakt"), balance);
    assert.deepEqual(await reader.getAccount(address), account);
    assert.equal((await reader.sendTokens(address, address, [{ denom: "uakt", amount: "1" }], fee)).code, 0);
    const first = await fetch(`${again.rpcUrl}/block?height=1`);
    assert.match(await first.text(), /height 1 is not available, lowest height is \d+/);
    // A fresh key has no name in the document: then it is the node's.
    assert.deepEqual(await monikers(again), [name === "same" ? "validator" : "stoa"]);
    reader.disconnect();
  }
});

test("what is imported is exported again, value for value", async (t) => {
  const { home, scope } = await makeTestHome(t, marketParameters);
  await (await startNode({ home, config, log: silentLog })).close();
  const document = await exportGenesis({ home, log: silentLog });
  const copies = ["one", "two"].map((name) => join(home, name));
  const hashes: string[] = [];
  for (const copy of copies) {
    importGenesis({ home: copy, text: JSON.stringify(document), keysFrom: home });
    const node = await startNode({ home: copy, config, log: silentLog });
    scope.defer(copy, () => node.close());
    const answer = (await (await fetch(`${node.rpcUrl}/block_results?height=${node.height()}`)).json()) as {
      result: { app_hash: string };
    };
    hashes.push(answer.result.app_hash);
    await node.close();
    const again = await exportGenesis({
      home: copy,
      height: BigInt(document.initial_height as number),
      log: silentLog,
    });
    assert.deepEqual(again.app_state, document.app_state);
  }
  assert.equal(hashes[0], hashes[1], "one document, one app hash");
});

test("validators that the genesis does not name are called by their address", async (t) => {
  const { home, scope } = await makeTestHome(t);
  const path = join(home, "config", "genesis.json");
  const document = JSON.parse(readFileSync(path, "utf8"));
  const [own] = document.consensus.validators;
  const other = { address: "", name: "", power: "1", pub_key: { ...own.pub_key, value: toBase64(ed25519Base) } };
  document.consensus.validators = [{ ...own, name: "", power: "10" }, other];
  writeFileSync(path, JSON.stringify(document));
  const node = await startNode({ home, config: { ...config, moniker: "mine" }, log: silentLog });
  scope.defer("node", () => node.close());
  const [first, second] = await monikers(node);
  assert.equal(first, "mine");
  assert.match(second ?? "", /^[0-9A-F]{40}$/);
});
