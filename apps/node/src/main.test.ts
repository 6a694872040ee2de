import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { toBech32 } from "@cosmjs/encoding";
import { GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import { Comet38Client } from "@cosmjs/tendermint-rpc";
import { loadConfig } from "@stoa/host";
import { Prng, silentLog } from "@stoa/std";
import { type RunningNode, startNode } from "./main.ts";
import { type NodeConfig, nodeConfigSchema } from "./node-config.ts";
import { initialUakt, makeTestHome, type TestHome, testWallet } from "./testing/test-home.ts";

function settings(): NodeConfig {
  const config = loadConfig(nodeConfigSchema, {});
  assert.ok(config.ok);
  return { ...config.value.values, rpcPort: 0, grpcPort: 0, restPort: 0, blockIntervalMs: 50 };
}

async function start({ home, scope }: TestHome): Promise<RunningNode> {
  const node = await startNode({ home, config: settings(), log: silentLog });
  return scope.add("node", node);
}

async function signingClient({ scope }: TestHome, rpcUrl: string): Promise<SigningStargateClient> {
  const client = await SigningStargateClient.connectWithSigner(rpcUrl, await testWallet(), {
    gasPrice: GasPrice.fromString("0.025uakt"),
    broadcastPollIntervalMs: 50,
  });
  scope.defer("client", () => client.disconnect());
  return client;
}

const receiver = toBech32("akash", new Uint8Array(20).fill(5));

test("an unmodified CosmJS simulates, signs, sends, waits and reads balances", async (t) => {
  const world = await makeTestHome(t);
  const { address } = world;
  const node = await start(world);
  const client = await signingClient(world, node.rpcUrl);
  assert.equal(await client.getChainId(), "stoa-node-1");
  const result = await client.sendTokens(address, receiver, [{ denom: "uakt", amount: "12345" }], "auto", "hello");
  assert.equal(result.code, 0, result.rawLog);
  assert.equal((await client.getBalance(receiver, "uakt")).amount, "12345");
  const found = await client.getTx(result.transactionHash);
  assert.equal(found?.height, result.height);
  assert.equal((await client.getSequence(address)).sequence, 1);
  assert.equal((await client.searchTx(`message.sender='${address}'`)).length, 1);
  assert.ok((await client.getBlock(result.height)).header.height === result.height);
});

test("a restart keeps what was committed; keys are private; the signed state names the last height", async (t) => {
  const world = await makeTestHome(t);
  const { home, address } = world;
  const first = await start(world);
  const client = await signingClient(world, first.rpcUrl);
  await client.sendTokens(address, receiver, [{ denom: "uakt", amount: "7" }], "auto");
  await first.close();
  const height = first.height();
  const signed = JSON.parse(readFileSync(join(home, "data", "priv_validator_state.json"), "utf8"));
  assert.deepEqual(signed, { height: String(height), round: 0, step: 3 });
  for (const file of ["config/priv_validator_key.json", "config/node_key.json", "data/priv_validator_state.json"]) {
    assert.equal(statSync(join(home, file)).mode & 0o777, 0o600, file);
  }
  const second = await start(world);
  assert.ok(second.height() >= height);
  const again = await signingClient(world, second.rpcUrl);
  assert.equal((await again.getBalance(receiver, "uakt")).amount, "7");
});

test("a home is refused, in one line, when it is missing, newer, of another chain, in use, or older than its key", async (t) => {
  const { home } = await makeTestHome(t);
  const open = (): Promise<RunningNode> => startNode({ home, config: settings(), log: silentLog });
  await assert.rejects(startNode({ home: join(home, "none"), config: settings(), log: silentLog }), /stoa up/);
  const recordPath = join(home, "node.json");
  const record = readFileSync(recordPath, "utf8");
  writeFileSync(recordPath, record.replace('"stateFormat": 1', '"stateFormat": 2'));
  await assert.rejects(open(), /form 2.*use that version or a newer one/);
  writeFileSync(recordPath, record.replace("stoa-node-1", "other-1"));
  await assert.rejects(open(), /belongs to chain other-1/);
  writeFileSync(recordPath, record);
  const node = await open();
  await assert.rejects(open(), /another command is at work/);
  await node.close();
  const statePath = join(home, "data", "priv_validator_state.json");
  writeFileSync(statePath, '{"height":"99999","round":0,"step":3}');
  await assert.rejects(open(), /has signed height 99999.*older copy/);
});

interface Child {
  readonly process: ChildProcess;
  readonly rpc: string;
  readonly residentMib: number;
}

/** Starts a node as a process and waits until it answers. */
async function spawnNode({ home, scope }: TestHome, fileLimitKib?: number): Promise<Child> {
  const script = join(import.meta.dirname, "testing", "run-node.ts");
  // A limit on the size of files is what a full disk looks like; the signal that comes with it is ignored.
  const limit = fileLimitKib === undefined ? "" : `trap '' XFSZ; ulimit -f ${fileLimitKib}; `;
  const command = ["-c", `${limit}exec "$0" "$@"`, process.execPath, script, home];
  const child = spawn("bash", command, { stdio: ["ignore", "pipe", "pipe"] });
  if (fileLimitKib === undefined) child.stderr.pipe(process.stderr);
  scope.defer("process", () => void child.kill("SIGKILL"));
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = JSON.parse(line) as { rpc: string; residentMib: number };
    return { process: child, rpc: ready.rpc, residentMib: ready.residentMib };
  }
  throw new Error("the node ended before it was ready");
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

const kills = process.env.STOA_LONG === "1" ? 50 : 5;
const killOptions = { timeout: kills * 30_000 };

test("kill -9 at any moment loses nothing that was acknowledged, and no coin", killOptions, async (t) => {
  const world = await makeTestHome(t);
  const { address } = world;
  const prng = new Prng(20_261_121n);
  let sent = 0n;
  for (let round = 0; round < kills; round++) {
    const child = await spawnNode(world);
    assert.ok(child.residentMib <= 250, `the node takes ${child.residentMib} MiB after its start`);
    const client = await signingClient(world, child.rpc);
    assert.ok(BigInt((await client.getBalance(receiver, "uakt")).amount) >= sent);
    const result = await client.sendTokens(address, receiver, [{ denom: "uakt", amount: "5" }], "auto");
    assert.equal(result.code, 0);
    sent += 5n;
    await new Promise((resolve) => setTimeout(resolve, prng.below(60)));
    child.process.kill("SIGKILL");
    await ended(child.process);
  }
  const child = await spawnNode(world);
  const client = await signingClient(world, child.rpc);
  assert.equal(BigInt((await client.getBalance(receiver, "uakt")).amount), sent);
  const comet = await Comet38Client.connect(child.rpc);
  world.scope.defer("client", () => comet.disconnect());
  const { syncInfo } = await comet.status();
  for (let height = 2; height <= syncInfo.latestBlockHeight; height++) {
    const { block } = await comet.block(height);
    assert.deepEqual(block.header.lastBlockId?.hash, (await comet.block(height - 1)).blockId.hash);
  }
  const fees = (await client.searchTx(`message.sender='${address}'`)).length;
  assert.equal(fees, kills);
  const rest = BigInt((await client.getBalance(address, "uakt")).amount);
  assert.ok(rest < initialUakt - sent);
  child.process.kill("SIGTERM");
  assert.equal(await ended(child.process), 0);
});

test("a full disk stops the node with its reason; with room again it goes on", { timeout: 60_000 }, async (t) => {
  const world = await makeTestHome(t);
  const child = await spawnNode(world, 256);
  let words = "";
  child.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words += text;
  });
  assert.equal(await ended(child.process), 1);
  assert.match(words, /the chain stands still.*the disk is full; free some space and start again/);
  const again = await spawnNode(world);
  const comet = await Comet38Client.connect(again.rpc);
  world.scope.defer("client", () => comet.disconnect());
  const before = (await comet.status()).syncInfo.latestBlockHeight;
  assert.ok(before > 2);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.ok((await comet.status()).syncInfo.latestBlockHeight > before);
});
