import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { verifyStoreProof } from "@stoa/consensus";
import { nativeHash } from "@stoa/host";
import { fromBase64, fromHex, toBase64, toHexUpper, utf8 } from "@stoa/std";
import { decode, newMessage } from "@stoa/wire";
import { QueryAccountResponseSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import { MsgSendSchema, QueryBalanceResponseSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { ConfigResponseSchema } from "@stoa/wire/cosmos.base.node.v1beta1";
import { GetNodeInfoResponseSchema } from "@stoa/wire/cosmos.base.tendermint.v1beta1";
import { QueryParamsResponseSchema } from "@stoa/wire/cosmos.staking.v1beta1";
import { SimulateResponseSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { GrpcCaller } from "../testing/grpc-caller.ts";
import { at, callRpc, RpcSocket, textAt } from "../testing/json-rpc-caller.ts";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * What Hermes asks when it starts and while it relays (base-chain.md §7.5), in the form that it sends: ids that are UUIDs,
 * `"params":null`, nulls for what is left out, numbers as texts, and queries with spaces. It is a Rust program that cannot be
 * built here.
 */

const world = sharedWorld();

/** As tendermint-rs calls; the result, which must not be an error. */
async function call(method: string, params: unknown = null) {
  const id = randomUUID();
  const answer = await callRpc(world().node.rpcUrl, { id, method, params });
  assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
  assert.equal(answer.id, id);
  return answer.result;
}

async function query(path: string): Promise<Uint8Array> {
  const answer = await call("abci_query", { path, data: "", prove: false });
  assert.deepEqual([at(answer, "response.code"), Number(at(answer, "response.height")) > 0], [0, true]);
  return fromBase64(textAt(answer, "response.value")) ?? new Uint8Array();
}

test("before it starts: versions, prices, limits, the chain is healthy", { timeout: 60_000 }, async () => {
  assert.deepEqual(await call("health"), {});
  const status = await call("status");
  assert.deepEqual(
    [at(status, "node_info.network"), at(status, "node_info.other.tx_index")],
    [world().node.chainId, "on"],
  );
  assert.equal(at(status, "sync_info.catching_up"), false);
  assert.match(textAt(status, "sync_info.latest_block_hash"), /^[0-9A-F]{64}$/);
  assert.equal(at(status, "validator_info.pub_key.type"), "tendermint/PubKeyEd25519");
  const height = textAt(status, "sync_info.latest_block_height");
  const params = await call("consensus_params", { height });
  assert.ok(Number(textAt(params, "consensus_params.block.max_bytes")) > 0);
  assert.match(textAt(params, "consensus_params.block.max_gas"), /^-?\d+$/);
  assert.match(textAt(params, "consensus_params.evidence.max_age_duration"), /^\d+$/);
  assert.ok(Number(textAt(await call("abci_info"), "response.last_block_height")) >= Number(height));

  const info = decode(GetNodeInfoResponseSchema, await query("/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo"));
  assert.equal(info.defaultNodeInfo?.other?.txIndex, "on");
  const versions = new Map(info.applicationVersion?.buildDeps.map(({ path, version }) => [path, version]));
  assert.match(versions.get("github.com/cosmos/cosmos-sdk") ?? "", /^v0\.(4[6-9]|5[0-3])\./);
  assert.match(versions.get("github.com/cosmos/ibc-go/v10") ?? "", /^v10\./);
  assert.match(versions.get("github.com/cometbft/cometbft") ?? "", /^v0\.38\./);
  const config = decode(ConfigResponseSchema, await query("/cosmos.base.node.v1beta1.Service/Config"));
  assert.match(config.minimumGasPrice, /^0\.0025\d*uact,0\.0025\d*uakt$/);
  const wrong = await call("abci_query", { path: "/cosmos.staking.v1beta1.Query/Validator", data: "", prove: false });
  assert.deepEqual(
    [at(wrong, "response.code"), at(wrong, "response.log")],
    [18, "rpc error: code = InvalidArgument desc = validator address cannot be empty: invalid request"],
  );
});

test("blocks, headers, commits and validators of a height, and of the latest", { timeout: 60_000 }, async () => {
  const height = String(world().payment.height);
  for (const params of [{ height }, { height: null }, null]) {
    const block = await call("block", params);
    assert.equal(textAt(block, "block_id.hash").length, 64);
    const commit = await call("commit", params);
    assert.equal(at(commit, "signed_header.commit.signatures.length"), 1);
    const header = await call("header", params);
    const validators = await call("validators", { ...params, page: null, per_page: null });
    assert.deepEqual([at(validators, "validators.length"), at(validators, "total")], [1, "1"]);
    await call("block_results", params);
    if (params?.height !== height) continue;
    assert.deepEqual([at(block, "block.header.height"), at(header, "header.height")], [height, height]);
    assert.equal(at(commit, "signed_header.header.height"), height);
  }
  const page = await call("validators", { height, page: "1", per_page: "100" });
  assert.equal(at(page, "block_height"), height);
  const { hash } = world().payment;
  const one = { prove: false, page: "1", per_page: "1", order_by: "asc" };
  const found = await call("tx_search", { query: `tx.hash = '${hash}'`, ...one });
  assert.deepEqual([at(found, "total_count"), at(found, "txs.0.hash")], ["1", hash]);
});

test("a value is proven in a store", { timeout: 60_000 }, async () => {
  const key = Uint8Array.of(0, ...utf8("uakt"));
  const height = String(world().node.height());
  const answer = await call("abci_query", { path: "store/bank/key", data: toHexUpper(key), height, prove: true });
  assert.deepEqual([at(answer, "response.code"), at(answer, "response.height")], [0, height]);
  const bytes = (value: unknown, path: string) => fromBase64(textAt(value, path)) ?? new Uint8Array();
  const ops = (at(answer, "response.proofOps.ops") as readonly unknown[]).map((op) => ({
    type: textAt(op, "type"),
    key: bytes(op, "key"),
    data: bytes(op, "data"),
  }));
  await world().pass(BigInt(height));
  const next = await call("header", { height: String(BigInt(height) + 1n) });
  const root = fromHex(textAt(next, "header.app_hash")) ?? new Uint8Array();
  assert.equal(verifyStoreProof(nativeHash, root, ops, "bank", key, bytes(answer, "response.value")), true);
});

test("over gRPC: account, balance, staking parameters, simulation; IBC is unimplemented", {
  timeout: 60_000,
}, async (t) => {
  const caller = new GrpcCaller(world().grpcUrl);
  t.after(() => caller.close());
  const { tenant, other } = world();
  const ask = async (path: string, request: Uint8Array) => {
    const { code, message, value } = await caller.call(path, request);
    assert.equal(code, 0, message);
    return value;
  };
  // The requests by hand: field 1 is the address, field 2 the denomination.
  const text = (field: number, value: string) => Uint8Array.of(field * 8 + 2, value.length, ...utf8(value));
  const account = decode(
    QueryAccountResponseSchema,
    await ask("/cosmos.auth.v1beta1.Query/Account", text(1, tenant.address)),
  );
  assert.equal(account.account?.typeUrl, "/cosmos.auth.v1beta1.BaseAccount");
  const wanted = Uint8Array.of(...text(1, tenant.address), ...text(2, "uakt"));
  const balance = decode(QueryBalanceResponseSchema, await ask("/cosmos.bank.v1beta1.Query/Balance", wanted));
  assert.equal(balance.balance?.denom, "uakt");
  const { params } = decode(
    QueryParamsResponseSchema,
    await ask("/cosmos.staking.v1beta1.Query/Params", new Uint8Array()),
  );
  // It refuses a chain that keeps no historical entries.
  assert.ok((params?.historicalEntries ?? 0) > 0 && (params?.unbondingTime?.seconds ?? 0n) > 0n);

  const coins = [{ denom: "uakt", amount: "1" }];
  const send = newMessage(MsgSendSchema, { fromAddress: other.address, toAddress: tenant.address, amount: coins });
  const tx = world().sign(other, [send]);
  // Field 2 of the request is the transaction; its length takes two bytes.
  const request = Uint8Array.of(18, (tx.length % 128) + 128, Math.floor(tx.length / 128), ...tx);
  const simulated = decode(SimulateResponseSchema, await ask("/cosmos.tx.v1beta1.Service/Simulate", request));
  assert.ok((simulated.gasInfo?.gasUsed ?? 0n) > 0n);
  const sent = await call("broadcast_tx_sync", { tx: toBase64(tx) });
  assert.deepEqual([at(sent, "code"), at(sent, "codespace"), at(sent, "log")], [0, "", ""]);

  for (const path of [
    "/ibc.core.client.v1.Query/ClientStates",
    "/ibc.core.client.v1.Query/ClientParams",
    "/ibc.core.connection.v1.Query/Connections",
    "/ibc.core.channel.v1.Query/Channels",
    "/ibc.core.channel.v1.Query/UnreceivedPackets",
    "/ibc.applications.transfer.v1.Query/Params",
  ]) {
    const { code, message } = await caller.call(path, new Uint8Array());
    assert.deepEqual([code, message], [12, `unknown service ${path.slice(1, path.lastIndexOf("/"))}`]);
  }
  assert.equal((await caller.call("/cosmos.staking.v1beta1.Query/Params", new Uint8Array())).code, 0);
});

test("five subscriptions on one websocket; blocks arrive as soon as their results are there", {
  timeout: 60_000,
}, async (t) => {
  const socket = await RpcSocket.open(world().node.rpcUrl);
  t.after(() => socket.close());
  const modules = ["ibc_client", "ibc_connection", "ibc_channel", "interchainquery"];
  const queries = ["tm.event = 'NewBlock'", ...modules.map((name) => `message.module = '${name}'`)];
  const ids = queries.map(() => randomUUID());
  for (const [index, text] of queries.entries()) {
    socket.send({ id: ids[index], method: "subscribe", params: { query: text } });
  }
  for (const id of ids) assert.deepEqual((await socket.next(id)).result, {});
  const [blocks = ""] = ids;
  for (let count = 0; count < 5; count += 1) {
    const { result } = await socket.next(blocks);
    assert.equal(at(result, "query"), queries[0]);
    const height = textAt(result, "data.value.block.header.height");
    assert.equal(at(await call("block_results", { height }), "height"), height);
  }
});
