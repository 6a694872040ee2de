import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Worker } from "node:worker_threads";
import { Comet38Client, connectComet, HttpBatchClient } from "@cosmjs/tendermint-rpc";
import { defaultConsensusParams, verifyStoreProof } from "@stoa/consensus";
import { nativeHash, systemClock, systemTimers } from "@stoa/host";
import { silentLog, toBase64, toHexUpper, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import { WebSocket } from "ws";
import { EmbeddedEngine } from "../../engines/embedded/embedded-engine.ts";
import { SqliteEventIndex } from "../../event-index/sqlite-event-index.ts";
import type { Genesis } from "../../home/genesis.ts";
import { signerOfSeed } from "../../home/validator-key.ts";
import { KvMachine } from "../../testing/kv-machine.ts";
import { startRpcServer } from "./rpc-server.ts";

const signer = signerOfSeed(new Uint8Array(32).fill(3));

const genesis: Genesis = {
  chainId: "stoa-rpc-1",
  time: systemClock.nowNs() - 60_000_000_000n,
  initialHeight: 1n,
  params: defaultConsensusParams,
  validators: [{ publicKey: signer.publicKey, power: 10n, name: "one" }],
  appState: utf8('{"kv":[]}'),
  appStateJson: { kv: [] },
};

/** A node of key-value pairs that makes a block every 20 ms, with its RPC. */
async function startRpc(t: TestContext, blockIntervalMs = 20): Promise<{ url: string; engine: EmbeddedEngine }> {
  const backend = new MemoryBackend();
  const ports = { hash: nativeHash, clock: systemClock, timers: systemTimers, log: silentLog };
  const stateMachine = new KvMachine(backend);
  const engine = new EmbeddedEngine({
    index: SqliteEventIndex.open(":memory:"),
    ...ports,
    backend,
    stateMachine,
    genesis,
    signer,
    blockIntervalMs,
    emptyBlocks: true,
  });
  await engine.start();
  const identity = {
    nodeId: "00".repeat(20),
    moniker: "test",
    listenAddress: "tcp://127.0.0.1:26656",
    appVersion: "v2.1.0",
  };
  const server = await startRpcServer({ host: "127.0.0.1", port: 0, context: { ...ports, engine, genesis, identity } });
  t.after(async () => {
    await engine.stop();
    await server.close(0);
  });
  return { url: server.url, engine };
}

test("CosmJS reads what it sent: broadcast, search, proofs, blocks, validators", async (t) => {
  const { url } = await startRpc(t);
  const client = await connectComet(url);
  t.after(() => client.disconnect());
  assert.ok(client instanceof Comet38Client);
  const tx = utf8("color=blue");
  const included = await client.broadcastTxCommit({ tx });
  assert.equal(included.checkTx.code, 0);
  const { height } = included;
  const hash = nativeHash.sha256(tx);
  assert.deepEqual(included.hash, hash);
  const found = await client.txSearchAll({ query: `tx.hash='${toHexUpper(hash)}'` });
  assert.equal(found.totalCount, 1);
  assert.deepEqual(found.txs[0]?.tx, tx);
  assert.equal(found.txs[0]?.result.gasUsed, 7n);
  const byTag = await client.txSearch({
    query: `kv.Set.key='color' AND kv.Set.value='"blue"' AND tx.height>=${height}`,
  });
  assert.deepEqual(
    byTag.txs.map((each) => each.height),
    [height],
  );
  const proven = await client.tx({ hash, prove: true });
  assert.deepEqual(proven.proof?.data, tx);
  const results = await client.blockResults(height);
  assert.equal(results.results[0]?.code, 0);
  const block = await client.block(height);
  assert.deepEqual(block.block.txs, [tx]);
  const answer = await client.abciQuery({ path: "/store/kv/key", data: utf8("color"), height, prove: true });
  while ((await client.status()).syncInfo.latestBlockHeight <= height) await new Promise((r) => setTimeout(r, 10));
  const next = (await client.block(height + 1)).block.header;
  assert.equal(
    verifyStoreProof(nativeHash, next.appHash, answer.proof?.ops ?? [], "kv", utf8("color"), utf8("blue")),
    true,
  );
  const commit = await client.commit(height);
  assert.equal(commit.canonical, true);
  assert.equal(commit.commit.signatures.length, 1);
  assert.equal((await client.validatorsAll(height)).validators[0]?.votingPower, 10n);
  assert.equal((await client.blockchain(1, height)).blockMetas.at(-1)?.header.height, 1);
  assert.equal((await client.genesis()).chainId, "stoa-rpc-1");
  assert.equal((await client.abciInfo()).data, "kv");
  assert.equal((await client.numUnconfirmedTxs()).total, 0);
  await assert.rejects(client.broadcastTxSync({ tx }), /tx already exists in cache/);
  await assert.rejects(client.broadcastTxAsync({ tx }), /tx already exists in cache/);
});

test("a websocket client hears of blocks in order, with their results readable, and of transactions", async (t) => {
  const { url, engine } = await startRpc(t, 50);
  const script = new URL("../../testing/cosmjs-subscriber.ts", import.meta.url);
  const subscriber = new Worker(script, { workerData: url.replace("http", "ws") });
  t.after(() => subscriber.terminate());
  const heights: number[] = [];
  const included = await new Promise<number>((resolve, reject) => {
    subscriber.on("error", reject);
    subscriber.on("message", ([kind, height]: [string, number]) => {
      if (kind === "tx") resolve(height);
      else {
        engine.results(BigInt(height)).then((results) => assert.ok(results), reject);
        heights.push(height);
        if (heights.length === 3) for (const tx of ["b=1", "a=1"]) engine.broadcast(utf8(tx)).catch(reject);
      }
    });
  });
  assert.equal(BigInt(included), (await engine.tx(nativeHash.sha256(utf8("a=1"))))?.height);
  assert.deepEqual(
    heights.map((height) => height - (heights[0] ?? 0)),
    heights.map((_, index) => index),
  );
});

test("searches compare what the index does not hold, page, and go both ways", async (t) => {
  const { url, engine } = await startRpc(t);
  const client = await Comet38Client.connect(url);
  for (const tx of ["n=1", "n=2", "m=3", "fail=4"]) await engine.broadcast(utf8(tx));
  await client.broadcastTxCommit({ tx: utf8("last=5") });
  const find = async (query: string, order?: "asc" | "desc"): Promise<string[]> => {
    const found = await client.txSearch({ query, ...(order ? { order_by: order } : {}) });
    return found.txs.map((each) => new TextDecoder().decode(each.tx));
  };
  assert.deepEqual(await find("kv.Set.key='n'"), ["n=1", "n=2"]);
  assert.deepEqual(await find("kv.Set.key='n'", "desc"), ["n=2", "n=1"]);
  assert.deepEqual(await find("kv.Set.key CONTAINS 'as'"), ["last=5"]);
  assert.deepEqual(await find("kv.Set.key EXISTS AND tx.height<1000"), ["n=1", "n=2", "m=3", "last=5"]);
  assert.deepEqual(await find("tx.height>0"), ["n=1", "n=2", "m=3", "fail=4", "last=5"]);
  assert.deepEqual(await find("kv.Set EXISTS"), [], "a type alone is no tag of the index");
  assert.deepEqual(await find("kv.Set.key EXISTS AND kv.Set.key='m'"), ["m=3"]);
  // One event must fulfil all: the key is of one event, the fee of another.
  assert.deepEqual(await find("kv.Set.key='m' AND kv.Fee.amount EXISTS"), []);
  assert.deepEqual(await find("tx.height>0 AND tx.height=99999"), ["n=1", "n=2", "m=3", "fail=4", "last=5"]);
  const hash = toHexUpper(nativeHash.sha256(utf8("m=3")));
  assert.deepEqual(await find(`kv.Set.key='nothing' AND tx.hash='${hash}'`), ["m=3"]);
  await assert.rejects(find("tx.hash='zz'"), /encoding\/hex: invalid byte: U\+007A 'z'/);
  await assert.rejects(find("tx.hash EXISTS"), /transaction hash cannot be empty/);
  const page = await client.txSearch({ query: "tx.height>0", page: 2, per_page: 2 });
  assert.deepEqual([page.totalCount, page.txs.length], [5, 2]);
  const blocks = await client.blockSearch({ query: "block.height<=2 AND block.height>1" });
  assert.deepEqual(
    blocks.blocks.map(({ block }) => block.header.height),
    [2],
  );
  const byEvent = await client.blockSearch({ query: "kv.Block.height='2' AND kv.Block.height>1" });
  assert.deepEqual(
    byEvent.blocks.map(({ block }) => block.header.height),
    [2],
  );
});

test("a batch of twenty is answered, one of twenty-one refused", async (t) => {
  const { url } = await startRpc(t);
  const client = Comet38Client.create(new HttpBatchClient(url, { batchSizeLimit: 20, dispatchInterval: 5 }));
  t.after(() => client.disconnect());
  const statuses = await Promise.all(Array.from({ length: 20 }, () => client.status()));
  assert.equal(statuses.length, 20);
  const calls = Array.from({ length: 21 }, (_, id) => ({ jsonrpc: "2.0", id, method: "health" }));
  const response = await fetch(url, { method: "POST", body: JSON.stringify(calls) });
  assert.match(await response.text(), /batch size 21 exceeds/);
});

async function post(url: string, body: unknown): Promise<unknown> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(url, { method: "POST", body: text });
  const answer = await response.text();
  return answer === "" ? "" : JSON.parse(answer);
}

const errorOf = (id: unknown, code: number, message: string, data?: string): unknown => ({
  jsonrpc: "2.0",
  ...(id === undefined ? {} : { id }),
  error: data === undefined ? { code, message } : { code, message, data },
});

test("errors carry the reference's numbers and words", async (t) => {
  const { url } = await startRpc(t, 10_000);
  const call = (method: string, params: unknown = {}): Promise<unknown> =>
    post(url, { jsonrpc: "2.0", id: 1, method, params });
  const internal = (data: string): unknown => errorOf(1, -32603, "Internal error", data);
  assert.deepEqual(await call("nope"), errorOf(1, -32601, "Method not found"));
  assert.deepEqual(await call("block", { height: "0" }), internal("height must be greater than 0, but got 0"));
  const beyond = "height 9 must be less than or equal to the current blockchain height 1";
  assert.deepEqual(await call("block", { height: "9" }), internal(beyond));
  const paging = "page should be within [1, 1] range, given 2";
  assert.deepEqual(await call("validators", { page: "2", per_page: "1" }), internal(paging));
  const none = `tx (${"00".repeat(32)}) not found`;
  assert.deepEqual(await call("tx", { hash: toBase64(new Uint8Array(32)) }), internal(none));
  assert.match(JSON.stringify(await call("block", { height: "x" })), /-32602.*Invalid params/);
  assert.match(JSON.stringify(await call("tx_search", { query: "a.b>5" })), /"total_count":"0"/);
  assert.match(JSON.stringify(await call("tx_search", { query: "a.b=" })), /offset 4: EOF/);
  assert.match(JSON.stringify(await post(url, "{")), /-32700.*Parse error. Invalid JSON/);
  assert.equal(await post(url, "[]"), "");
  assert.equal(await post(url, { jsonrpc: "2.0", method: "health" }), "");
  assert.match(JSON.stringify(await post(url, "x".repeat(1_000_001))), /-32600/);
});

test("GET takes quoted texts, hex and bare numbers, and answers with id -1", async (t) => {
  const { url } = await startRpc(t, 10_000);
  const get = async (path: string): Promise<[number, string]> => {
    const response = await fetch(`${url}${path}`);
    return [response.status, await response.text()];
  };
  assert.deepEqual(await get("/health"), [200, '{"jsonrpc":"2.0","id":-1,"result":{}}']);
  const [status, block] = await get("/block?height=1");
  assert.equal(status, 200);
  assert.match(block, /"height":"1".*"last_commit":\{"height":"0","round":0.*"signatures":\[\]/);
  assert.equal((await get('/abci_query?path="/store/kv/key"&data=0x61&prove=true'))[0], 200);
  assert.match((await get("/check_tx?tx=%22bad%22"))[1], /"code":2.*tx parse error/);
  assert.equal((await get("/block?height=abc"))[0], 500);
  assert.equal((await get("/subscribe?query=1"))[0], 404);
  assert.match((await get("/"))[1], /Available endpoints/);
  const response = await fetch(`${url}/block?height=1`, { headers: { origin: "https://wallet.example" } });
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
  assert.equal(response.headers.get("cache-control"), "public, max-age=86400");
  await response.text();
});

/** Sends frames and collects as many answers. */
async function exchange(url: string, frames: readonly unknown[]): Promise<string[]> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`);
  const answers: string[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => {
      for (const frame of frames) socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    });
    socket.on("message", (data) => {
      answers.push(String(data));
      if (answers.length === frames.length) resolve();
    });
  });
  socket.terminate();
  return answers;
}

test("a websocket answers in the reference's words", async (t) => {
  const { url } = await startRpc(t, 60_000);
  const call = (id: number, method: string, query?: string): unknown => {
    return { jsonrpc: "2.0", id, method, params: query === undefined ? {} : { query } };
  };
  const block = "tm.event='NewBlock'";
  const frames = [
    call(1, "subscribe", block),
    call(2, "subscribe", block),
    call(3, "unsubscribe", block),
    call(4, "unsubscribe", block),
    call(5, "unsubscribe_all"),
    call(6, "subscribe", "tm.event="),
    call(7, "subscribe"),
    call(8, "nope"),
    "not json",
    call(9, "health"),
    ...[10, 11, 12, 13, 14, 15].map((id) => call(id, "subscribe", `tx.height=${id}`)),
  ];
  const answers = await exchange(url, frames);
  const found = (id: number): string => answers.find((answer) => answer.includes(`"id":${id},`)) ?? "";
  assert.match(found(1), /"result":\{\}/);
  assert.match(found(2), /-32603.*"data":"already subscribed"/);
  assert.match(found(3), /"result":\{\}/);
  for (const id of [4, 5]) assert.match(found(id), /"data":"subscription not found"/);
  assert.match(found(6), /"data":"failed to parse query: offset 9: EOF"/);
  assert.match(found(7), /"data":"failed to parse query: offset 0: EOF"/);
  assert.match(found(8), /"code":-32601,"message":"Method not found"\}/);
  assert.ok(answers.some((answer) => /^\{"jsonrpc":"2.0","error":\{"code":-32700/.test(answer)));
  assert.match(found(9), /"result":\{\}/);
  assert.match(found(14), /"result":\{\}/);
  assert.match(found(15), /max_subscriptions_per_client 5 reached/);
});
