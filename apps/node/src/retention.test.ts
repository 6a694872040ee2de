import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Comet38Client } from "@cosmjs/tendermint-rpc";
import { loadConfig } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { encode } from "@stoa/wire";
import { QueryBalanceRequestSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { exportGenesis } from "./home/export-genesis.ts";
import { type RunningNode, startNode } from "./main.ts";
import { nodeConfigSchema } from "./node-config.ts";
import { GrpcCaller } from "./testing/grpc-caller.ts";
import { sendTimes } from "./testing/snapshot-world.ts";
import { makeTestHome, marketParameters, type TestHome } from "./testing/test-home.ts";

const keepVersions = 3;
const retainBlocks = 5;

async function start({ home, scope }: TestHome): Promise<RunningNode> {
  const ports = { rpcPort: 0, grpcPort: 0, restPort: 0, blockIntervalMs: 30, emptyBlocks: false };
  const loaded = loadConfig(nodeConfigSchema, { file: { ...ports, keepVersions, retainBlocks } });
  assert.ok(loaded.ok);
  return scope.add("node", await startNode({ home, config: loaded.value.values, log: silentLog }));
}

const lost = (height: bigint, latest: bigint): string => {
  const tree = "version mismatch on immutable IAVL tree; version does not exist";
  const reason = "Version has either been pruned, or is for a future block height";
  return `failed to load state at height ${height}; ${tree}. ${reason} (latest height: ${latest})`;
};

interface RpcAnswer {
  readonly result: {
    readonly response: { readonly code: number; readonly log: string };
    readonly sync_info: { readonly earliest_block_height: string };
  };
  readonly error?: { readonly data: string };
}

async function rpc(node: RunningNode, path: string): Promise<RpcAnswer> {
  return (await (await fetch(`${node.rpcUrl}/${path}`)).json()) as RpcAnswer;
}

async function rest(node: RunningNode, path: string, height?: bigint): Promise<{ code?: number; message?: string }> {
  const headers = height === undefined ? {} : { "x-cosmos-block-height": String(height) };
  return (await (await fetch(`${node.restUrl}${path}`, { headers })).json()) as { code?: number; message?: string };
}

/** Asks for states that are gone, that are there, and that are yet to come. */
async function lookAtStates(node: RunningNode, address: string): Promise<void> {
  const tip = node.height();
  const state = tip - BigInt(keepVersions);
  const balance = { path: "/cosmos.bank.v1beta1.Query/Balance", denom: "uakt", address };
  const request = encode(QueryBalanceRequestSchema, create(QueryBalanceRequestSchema, balance));
  const grpc = new GrpcCaller(node.grpcUrl ?? "");
  const at = (height: bigint) => grpc.call(balance.path, request, { "x-cosmos-block-height": String(height) });
  const balances = `/cosmos/bank/v1beta1/balances/${address}`;

  const future = "cannot query with height in the future; please provide a valid height";
  const outcomes: readonly (readonly [bigint, string | undefined])[] = [
    [state, undefined],
    [tip, undefined],
    [state - 1n, lost(state - 1n, tip)],
    [1n, lost(1n, tip)],
    [tip + 1n, future],
  ];
  for (const [height, problem] of outcomes) {
    const [byGrpc, byRest] = [await at(height), await rest(node, balances, height)];
    const data = Buffer.from(request).toString("hex");
    const byAbci = await rpc(node, `abci_query?path="${balance.path}"&data=0x${data}&height=${height}`);
    const { code, log } = byAbci.result.response;
    if (problem === undefined) {
      assert.deepEqual([byGrpc.code, byGrpc.height, byRest.code, code], [0, String(height), undefined, 0]);
      continue;
    }
    for (const text of [byGrpc.message, byRest.message ?? "", log]) assert.ok(text.includes(problem), text);
    assert.ok(code === (problem === future ? 26 : 38), `code ${code}`);
  }
  grpc.close();
}

/** The same of blocks. */
async function lookAtBlocks(node: RunningNode): Promise<void> {
  const tip = node.height();
  const block = tip - BigInt(retainBlocks) + 1n;
  const gone = (height: bigint): string => `height ${height} is not available, lowest height is ${block}`;
  for (const method of ["block", "block_results", "commit", "validators", "header", "consensus_params"]) {
    assert.equal((await rpc(node, `${method}?height=${block}`)).error, undefined, method);
    assert.equal((await rpc(node, `${method}?height=${block - 1n}`)).error?.data, gone(block - 1n), method);
    const beyond = await rpc(node, `${method}?height=${tip + 9n}`);
    assert.match(beyond.error?.data ?? "", /must be less than or equal to the current blockchain height \d+$/, method);
  }
  const oldBlock = await rest(node, `/cosmos/base/tendermint/v1beta1/blocks/${block - 1n}`);
  assert.match(oldBlock.message ?? "", new RegExp(gone(block - 1n)));
  const { earliest_block_height: earliest } = (await rpc(node, "status")).result.sync_info;
  assert.equal(earliest, String(block));
  // The index knows of nothing that a search could not show.
  const comet = await Comet38Client.connect(node.rpcUrl);
  const { txs } = await comet.txSearchAll({ query: "tx.height > 0" });
  assert.ok(txs.length > 0 && txs.every(({ height }) => BigInt(height) >= block));
  comet.disconnect();
}

test("what is not kept is refused in the reference's words: after pruning, a restart, and with a new index", async (t) => {
  const world = await makeTestHome(t, marketParameters);
  const { home, address } = world;
  const node = await start(world);
  await sendTimes(node, address, 9);
  // The last of them makes one block more, for its app hash.
  await settle(node);
  await lookAtStates(node, address);
  await lookAtBlocks(node);
  await node.close();
  const again = await start(world);
  await settle(again);
  await lookAtStates(again, address);
  await lookAtBlocks(again);
  await again.close();
  for (const end of ["", "-wal", "-shm"]) rmSync(join(home, "data", `events.sqlite${end}`), { force: true });
  const rebuilt = await start(world);
  await settle(rebuilt);
  await lookAtStates(rebuilt, address);
  await lookAtBlocks(rebuilt);
  await rebuilt.close();
  const height = rebuilt.height() - BigInt(keepVersions);
  const kept = await exportGenesis({ home, height: height + 1n, log: silentLog });
  assert.equal(kept.initial_height, Number(height + 2n));
  await assert.rejects(
    exportGenesis({ home, height: 1n, log: silentLog }),
    /height 1 is not kept; the last one is \d+/,
  );
});

/** Waits until the chain has nothing more to do. */
async function settle(node: RunningNode): Promise<void> {
  for (let quiet = 0, last = node.height(); quiet < 5; quiet++) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    if (node.height() !== last) [quiet, last] = [0, node.height()];
  }
}
