import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Comet38Client } from "@cosmjs/tendermint-rpc";
import { verifyStoreProof } from "@stoa/consensus";
import { nativeHash, systemTimers } from "@stoa/host";
import { concatBytes, fromBase64, fromHex, type Timers, toBase64, toHex, toHexUpper, utf8 } from "@stoa/std";
import { accountText, decode, encode, newMessage, parseAccount } from "@stoa/wire";
import { QueryBidRequestSchema, QueryBidResponseSchema } from "@stoa/wire/akash.market.v1beta5";
import { QueryAccountRequestSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { TxMsgData } from "cosmjs-types/cosmos/base/abci/v1beta1/abci";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { ExecTxResult } from "cosmjs-types/tendermint/abci/types";
import { CommitSig } from "cosmjs-types/tendermint/types/types";
import { startClosingNode } from "../testing/closing-node.ts";
import { headerHash, leafHash, timestampOf } from "../testing/header-hash.ts";
import { type Json, questionsTo } from "../testing/json-questions.ts";
import type { Person } from "../testing/query-world.ts";
import { dseqs } from "../testing/query-world-moves.ts";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * The traps of base-chain.md §12, by their numbers, asked of a running node. docs/compatibility.md lists where the rest of
 * each is tested.
 */

const world = sharedWorld();

const { rpc, ask, abciQuery, rest } = questionsTo(world);

const pay = (from: Person, amount = "1") =>
  newMessage(MsgSendSchema, {
    fromAddress: from.address,
    toAddress: from.address,
    amount: [{ denom: "uakt", amount }],
  });

interface Header {
  readonly height: string;
  readonly time: string;
  readonly app_hash: string;
  readonly last_results_hash: string;
}

const headerAt = async (height: bigint) => (await ask<{ header: Header }>("header", { height: String(height) })).header;

const bytes = (base64: string | null | undefined): Uint8Array => fromBase64(base64 ?? "") ?? new Uint8Array();
const unknownAddress = accountText(new Uint8Array(20).fill(5));

test("trap 1: what is empty or zero is hashed as the reference does", async () => {
  const client = await Comet38Client.connect(world().node.rpcUrl);
  for (const height of [1, 2, 3]) {
    const { blockId, block } = await client.block(height);
    assert.equal(toHex(headerHash(block.header)), toHex(blockId.hash), `header ${height}`);
    const { header } = (await client.block(height + 1)).block;
    const [signature] = (await client.commit(height)).commit.signatures;
    assert.ok(signature?.timestamp !== undefined);
    const leaf = {
      blockIdFlag: Number(signature.blockIdFlag),
      validatorAddress: signature.validatorAddress ?? new Uint8Array(),
      timestamp: timestampOf(signature.timestamp),
      signature: signature.signature ?? new Uint8Array(),
    };
    assert.equal(toHex(leafHash(CommitSig.encode(leaf).finish())), toHex(header.lastCommitHash), `commit ${height}`);
  }
});

test("trap 2: an unknown account is told in words that clients match, an answer has a height", async () => {
  const path = "/cosmos.auth.v1beta1.Query/Account";
  const of = (address: string) => encode(QueryAccountRequestSchema, create(QueryAccountRequestSchema, { address }));
  const missing = await abciQuery(path, of(unknownAddress));
  assert.equal(missing.code, 22);
  assert.equal(missing.log, `rpc error: code = NotFound desc = account ${unknownAddress} not found: key not found`);
  const found = await abciQuery(path, of(world().tenant.address));
  assert.equal(found.code, 0);
  assert.ok(BigInt(found.height) > 0n);
});

test("trap 3: no status with empty hashes is served before the first block", async (t) => {
  const fresh = await startClosingNode(t, 100n);
  const early = await rpc("status", {}, fresh.url);
  assert.equal(early.result, undefined);
  assert.ok(early.error !== undefined);
  await fresh.engine.start();
  const { result } = await rpc("status", {}, fresh.url);
  const info = (result as { sync_info: Readonly<Record<string, string>> }).sync_info;
  assert.ok(BigInt(info.latest_block_height ?? 0) >= 1n);
  assert.match(info.latest_block_hash ?? "", /^[0-9A-F]{64}$/);
  assert.match(info.latest_app_hash ?? "", /^[0-9A-F]{64}$/);
});

test("trap 4: the discovery method and the websocket are on the RPC port", async () => {
  const { client_info, supported_versions } = await ask<{
    client_info: { api_version: string };
    supported_versions: { api_version: string }[];
  }>("akash");
  assert.equal(client_info.api_version, "v1beta3");
  assert.deepEqual(
    supported_versions.map(({ api_version }) => api_version),
    ["v1beta4", "v1beta3"],
  );
  const socket = await openSocket();
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 7, method: "status" }));
  const [event] = (await once(socket, "message")) as [MessageEvent];
  assert.equal((JSON.parse(String(event.data)) as { id: number }).id, 7);
  socket.close();
});

async function openSocket(): Promise<WebSocket> {
  const socket = new WebSocket(`${world().node.rpcUrl.replace("http", "ws")}/websocket`);
  await once(socket, "open");
  return socket;
}

test("trap 5: a header is told when its results can be read; typed attributes are JSON", async () => {
  const socket = await openSocket();
  const heights: string[] = [];
  const answers: Promise<unknown>[] = [];
  const enough = new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const { result } = JSON.parse(String(data)) as {
        readonly result: { readonly data?: { readonly value: { readonly header: Header } } };
      };
      const height = result.data?.value.header.height;
      if (height === undefined) return;
      heights.push(height);
      answers.push(ask("block_results", { height }));
      if (heights.length === 5) resolve();
    });
  });
  const params = { query: "tm.event='NewBlockHeader'" };
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params }));
  await enough;
  socket.close();
  for (const [i, answer] of (await Promise.all(answers)).entries()) {
    assert.equal((answer as { height: string }).height, heights[i]);
  }
  const { txs } = await ask<{ txs: FoundTx[] }>("tx_search", {
    query: `akash.deployment.v1.EventDeploymentCreated.id EXISTS`,
  });
  const event = txs[0]?.tx_result.events.find(({ type }) => type === "akash.deployment.v1.EventDeploymentCreated");
  const id = event?.attributes.find(({ key }) => key === "id")?.value ?? "";
  assert.equal((JSON.parse(id) as { owner: string }).owner, world().tenant.address);
});

interface FoundTx {
  readonly hash: string;
  readonly height: string;
  readonly tx_result: {
    readonly code: number;
    readonly data: string | null;
    readonly gas_wanted: string;
    readonly gas_used: string;
    readonly events: readonly { type: string; attributes: readonly { key: string; value: string }[] }[];
  };
}

const balanceKeyOf = (address: string): Uint8Array => {
  const parsed = parseAccount(address);
  assert.ok(parsed.ok);
  return concatBytes(Uint8Array.of(2, parsed.value.length), parsed.value, utf8("uakt"));
};

test("trap 6: a proof at h has two operations and holds against the header of h+1", async () => {
  const height = world().payment.height;
  const key = balanceKeyOf(world().tenant.address);
  const {
    proofOps,
    value,
    height: told,
  } = await abciQuery("/store/bank/key", key, { height: String(height), prove: true });
  assert.equal(told, String(height));
  const ops = (proofOps?.ops ?? []).map(({ type, key, data }) => ({ type, key: bytes(key), data: bytes(data) }));
  assert.deepEqual(
    ops.map(({ type }) => type),
    ["ics23:iavl", "ics23:simple"],
  );
  const appHash = fromHex((await headerAt(height + 1n)).app_hash) ?? new Uint8Array();
  assert.ok(verifyStoreProof(nativeHash, appHash, ops, "bank", key, bytes(value)));
  const before = fromHex((await headerAt(height)).app_hash) ?? new Uint8Array();
  assert.equal(verifyStoreProof(nativeHash, before, ops, "bank", key, bytes(value)), false);
});

test("trap 7: a transaction is found by its hash, with its responses", async () => {
  const { hash } = world().payment;
  const { txs, total_count } = await ask<{ txs: FoundTx[]; total_count: string }>("tx_search", {
    query: `tx.hash='${hash}'`,
  });
  assert.equal(total_count, "1");
  assert.match(hash, /^[0-9A-F]{64}$/);
  assert.equal(txs[0]?.hash, hash);
  const { msgResponses } = TxMsgData.decode(bytes(txs[0]?.tx_result.data));
  assert.deepEqual(
    msgResponses.map(({ typeUrl }) => typeUrl),
    ["/cosmos.bank.v1beta1.MsgSendResponse"],
  );
});

/** Timers that do not make a test wait ten seconds. */
const hurried: Timers = { ...systemTimers, after: (delayMs, run) => systemTimers.after(Math.min(delayMs, 50), run) };

test("trap 8: sending fails in the words that clients match", async (t) => {
  const { other } = world();
  const tx = toBase64(world().sign(other, [pay(other)]));
  await ask("broadcast_tx_sync", { tx });
  assert.equal((await rpc("broadcast_tx_sync", { tx })).error?.data, "tx already exists in cache");
  const idle = await startClosingNode(t, 100n, hurried);
  const late = await rpc("broadcast_tx_commit", { tx: toBase64(idle.close()) }, idle.url);
  assert.equal(late.error?.data, "timed out waiting for tx to be included in a block");
  idle.close();
  const ahead = await rpc("broadcast_tx_sync", { tx: toBase64(idle.close()) }, idle.url);
  const { code, log } = ahead.result as { readonly code: number; readonly log: string };
  assert.deepEqual([code, log], [32, "account sequence mismatch, expected 1, got 2: incorrect account sequence"]);
});

test("trap 9: events of messages name their module, and a relayer's search finds nothing without an error", async () => {
  const { hash } = world().payment;
  const { tx_result } = await ask<FoundTx>("tx", { hash: toBase64(fromHex(hash) ?? new Uint8Array()) });
  const modules = tx_result.events
    .filter(({ type }) => type === "message")
    .flatMap(({ attributes }) => attributes.filter(({ key }) => key === "module").map(({ value }) => value));
  assert.deepEqual(modules, ["bank"]);
  for (const [method, field] of [
    ["tx_search", "tx.height"],
    ["block_search", "block.height"],
  ] as const) {
    const query = `send_packet.packet_connection='connection-0' AND ${field}>=1 AND ${field}<=9`;
    assert.equal((await ask<{ total_count: string }>(method, { query })).total_count, "0");
  }
});

test("trap 10: five subscriptions a socket, twenty requests a batch", async () => {
  const socket = await openSocket();
  const answers = new Map<number, Json>();
  const all = new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const { id, ...answer } = JSON.parse(String(data)) as { readonly id: number };
      if (!answers.has(id)) answers.set(id, answer);
      if (answers.size === 6) resolve();
    });
  });
  const modules = ["ibc_client", "ibc_connection", "ibc_channel", "interchainquery", "sixth"];
  const queries = ["tm.event='NewBlock'", ...modules.map((name) => `message.module='${name}'`)];
  for (const [id, query] of queries.entries()) {
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, method: "subscribe", params: { query } }));
  }
  await all;
  socket.close();
  for (const id of [0, 1, 2, 3, 4]) assert.deepEqual(answers.get(id)?.result, {});
  assert.ok(answers.get(5)?.error !== undefined);
  const batch = Array.from({ length: 20 }, (_, id) => ({ jsonrpc: "2.0", id, method: "health", params: {} }));
  const answer = await fetch(world().node.rpcUrl, { method: "POST", body: JSON.stringify(batch) });
  assert.deepEqual(
    ((await answer.json()) as { id: number }[]).map(({ id }) => id),
    batch.map(({ id }) => id),
  );
});

test("trap 11: REST has snake case, defaults, texts for long integers, and the gateway's errors", async () => {
  const { tenant } = world();
  const found = await rest(`/cosmos/auth/v1beta1/accounts/${tenant.address}?address=other&nonsense=1`);
  assert.equal(found.status, 200);
  const { account } = found.body as { readonly account: Json };
  assert.equal(account["@type"], "/cosmos.auth.v1beta1.BaseAccount");
  assert.equal(account.account_number, "0", "a default, and a text");
  assert.equal(account.address, tenant.address, "the path wins");
  const unknown = await rest(`/cosmos/auth/v1beta1/accounts/${unknownAddress}`);
  assert.deepEqual([unknown.status, unknown.body.code, unknown.body.details], [404, 5, []]);
  const absent = await rest("/no/such/route");
  assert.deepEqual(absent, { status: 501, body: { code: 12, message: "Not Implemented", details: [] } });
});

test("trap 12: versions are those that clients branch on", async () => {
  const { node_info } = await ask<{ node_info: { version: string; other: { tx_index: string } } }>("status");
  assert.match(node_info.version, /^0\.38\./);
  assert.equal(node_info.other.tx_index, "on");
  const { body } = await rest("/cosmos/base/tendermint/v1beta1/node_info");
  const { build_deps } = (body as { application_version: { build_deps: { path: string; version: string }[] } })
    .application_version;
  const versions = new Map(build_deps.map(({ path, version }) => [path, version]));
  assert.match(versions.get("github.com/cosmos/cosmos-sdk") ?? "", /^v0\.(4[6-9]|5[0-3])\./);
  assert.match(versions.get("github.com/cosmos/ibc-go/v10") ?? "", /^v10\./);
  assert.match(versions.get("github.com/cometbft/cometbft") ?? "", /^v\d+\.\d+\.\d+/);
});

test("trap 13: a decimal is a scaled integer in bytes and a decimal in JSON", async () => {
  const { tenant, provider } = world();
  const id = { owner: tenant.address, dseq: dseqs.offered, gseq: 1, oseq: 1, provider: provider.address, bseq: 0 };
  const data = encode(QueryBidRequestSchema, create(QueryBidRequestSchema, { id }));
  const { value } = await abciQuery("/akash.market.v1beta5.Query/Bid", data);
  assert.equal(decode(QueryBidResponseSchema, bytes(value)).bid?.price?.amount, `7005${"0".repeat(17)}`);
  const filter = `filters.owner=${tenant.address}&filters.dseq=${dseqs.offered}`;
  const { body } = await rest(`/akash/market/v1beta5/bids/list?${filter}`);
  const [offer] = (body as { bids: { bid: { price: { amount: string } } }[] }).bids;
  assert.equal(offer?.bid.price.amount, `700.5${"0".repeat(17)}`);
});

test("trap 14: signatures are over the bytes that came; low s; the sequence is looked at first", async () => {
  const { grantee } = world();
  const raw = TxRaw.decode(world().sign(grantee, [pay(grantee)]));
  const check = async (tx: Partial<TxRaw>): Promise<readonly [number, string]> => {
    const sent = TxRaw.encode(TxRaw.fromPartial({ ...raw, ...tx })).finish();
    const { code, log } = await ask<{ code: number; log: string }>("check_tx", { tx: toBase64(sent) });
    return [code, log];
  };
  // The same body in other bytes: an explicit default.
  const [again] = await check({ bodyBytes: concatBytes(raw.bodyBytes, Uint8Array.of(0x12, 0)) });
  assert.equal(again, 4);
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const [signature = new Uint8Array()] = raw.signatures;
  const high = (order - BigInt(`0x${toHex(signature.subarray(32))}`)).toString(16).padStart(64, "0");
  const highS = concatBytes(signature.subarray(0, 32), fromHex(high) ?? new Uint8Array());
  assert.equal((await check({ signatures: [highS] }))[0], 4);
  const ahead = TxRaw.decode(world().sign(grantee, [pay(grantee)]));
  assert.deepEqual(await check({ ...ahead, signatures: [new Uint8Array(64)] }), [
    32,
    "account sequence mismatch, expected 0, got 1: incorrect account sequence",
  ]);
  // Last: until the next block, a check knows what it has passed.
  assert.equal((await check({}))[0], 0);
});

test("trap 15: the first block has the time of the genesis", async () => {
  const { genesis } = await ask<{ genesis: { genesis_time: string } }>("genesis");
  assert.equal((await headerAt(1n)).time, genesis.genesis_time);
});

test("trap 16: the gas of results is in the next header", async () => {
  const { hash, height } = world().payment;
  const { tx_result } = await ask<FoundTx>("tx", { hash: toBase64(fromHex(hash) ?? new Uint8Array()) });
  const leaf = ExecTxResult.fromPartial({
    data: bytes(tx_result.data),
    gasWanted: BigInt(tx_result.gas_wanted),
    gasUsed: BigInt(tx_result.gas_used),
  });
  const root = leafHash(ExecTxResult.encode(leaf).finish());
  assert.equal((await headerAt(height + 1n)).last_results_hash, toHexUpper(root));
});

test("trap 17: a failed transaction keeps fee and sequence, tells the ante chain's events only, and has no data", async () => {
  const { provider } = world();
  const accountOf = async () => (await rest(`/cosmos/auth/v1beta1/accounts/${provider.address}`)).body.account as Json;
  const balanceOf = async () => {
    const { body } = await rest(`/cosmos/bank/v1beta1/balances/${provider.address}/by_denom?denom=uakt`);
    return BigInt((body as { balance: { amount: string } }).balance.amount);
  };
  const [account, balance] = [await accountOf(), await balanceOf()];
  const tx = toBase64(world().sign(provider, [pay(provider, "999999999999999")]));
  const { tx_result } = await ask<Pick<FoundTx, "tx_result">>("broadcast_tx_commit", { tx });
  assert.deepEqual([tx_result.code, tx_result.data], [5, null]);
  assert.equal((await accountOf()).sequence, String(BigInt(String(account.sequence)) + 1n));
  assert.equal(balance - (await balanceOf()), 5_000n);
  const told = tx_result.events.flatMap(({ type, attributes }) => attributes.map(({ key }) => `${type}.${key}`));
  assert.ok(told.includes("tx.fee") && told.includes("tx.acc_seq") && told.includes("tx.signature"), told.join());
  assert.ok(!told.some((name) => name.endsWith(".msg_index") || name === "message.action"), told.join());
});

test("trap 18: a query at a past height reads that height and says so", async () => {
  const { tenant, payment } = world();
  const path = `/cosmos/auth/v1beta1/accounts/${tenant.address}`;
  const sequenceAt = async (height: bigint) => {
    const { body } = await rest(path, { "x-cosmos-block-height": String(height) });
    return (body.account as Json).sequence;
  };
  assert.equal(await sequenceAt(payment.height), "1");
  assert.notEqual(await sequenceAt(world().node.height()), "1");
  assert.equal(await heightTold(path, payment.height), String(payment.height));
  const data = encode(QueryAccountRequestSchema, create(QueryAccountRequestSchema, { address: tenant.address }));
  const { height } = await abciQuery("/cosmos.auth.v1beta1.Query/Account", data, { height: String(payment.height) });
  assert.equal(height, String(payment.height));
});

/** The height that REST says it has read. */
async function heightTold(path: string, height: bigint): Promise<string | null> {
  const answer = await fetch(`${world().restUrl}${path}`, { headers: { "x-cosmos-block-height": String(height) } });
  await answer.body?.cancel();
  return answer.headers.get("grpc-metadata-x-cosmos-block-height") ?? answer.headers.get("x-cosmos-block-height");
}
