import assert from "node:assert/strict";
import { test } from "node:test";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { fromBase64, fromHex, toBase64, toHexUpper } from "@stoa/std";
import { decode, encode, newMessage } from "@stoa/wire";
import { QueryCertificatesRequestSchema, QueryCertificatesResponseSchema } from "@stoa/wire/akash.cert.v1";
import {
  QueryLeasesRequestSchema,
  QueryLeasesResponseSchema,
  QueryOrdersRequestSchema,
  QueryOrdersResponseSchema,
} from "@stoa/wire/akash.market.v1beta5";
import { QueryProviderRequestSchema, QueryProviderResponseSchema } from "@stoa/wire/akash.provider.v1beta4";
import {
  BaseAccountSchema,
  QueryAccountRequestSchema,
  QueryAccountResponseSchema,
} from "@stoa/wire/cosmos.auth.v1beta1";
import { MsgSendSchema, QueryBalanceRequestSchema, QueryBalanceResponseSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { SimulateRequestSchema, SimulateResponseSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { at, callRpc, type RpcAnswer, RpcSocket, textAt } from "../testing/json-rpc-caller.ts";
import { createBid, dseqs } from "../testing/query-world-moves.ts";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * What the reference's command line and its provider ask, in their order and form (base-chain.md §§7.3, 7.4): Go's RPC client,
 * with whole numbers for ids and texts for numbers. The programs themselves are tried by hand (docs/compatibility.md).
 */

const world = sharedWorld();
let lastId = 0;

function ask(method: string, params: unknown = {}): Promise<RpcAnswer> {
  lastId += 1;
  return callRpc(world().node.rpcUrl, { id: lastId, method, params });
}

async function call(method: string, params?: unknown): Promise<unknown> {
  const answer = await ask(method, params);
  assert.equal(answer.error, undefined, `${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
}

interface Query<Req extends DescMessage, Res extends DescMessage> {
  readonly path: string;
  readonly request: readonly [Req, MessageInitShape<Req>];
  readonly response: Res;
  readonly height?: bigint;
}

/** A gRPC query over abci_query, as every command of it asks. */
async function query<Req extends DescMessage, Res extends DescMessage>({
  path,
  request: [schema, value],
  response,
  height = 0n,
}: Query<Req, Res>): Promise<MessageShape<Res>> {
  const data = toHexUpper(encode(schema, create(schema, value)));
  const answer = await call("abci_query", { data, height: String(height), path, prove: false });
  assert.deepEqual([at(answer, "response.code"), at(answer, "response.log")], [0, ""]);
  const used = BigInt(textAt(answer, "response.height"));
  assert.ok(height === 0n ? used > 0n : used === height);
  return decode(response, fromBase64(at(answer, "response.value") as string) ?? new Uint8Array());
}

const send = () => {
  const { other, tenant } = world();
  const coins = [{ denom: "uakt", amount: "1" }];
  return newMessage(MsgSendSchema, { fromAddress: other.address, toAddress: tenant.address, amount: coins });
};

test("a command: discovery, account, simulation, broadcast, then its transaction and block", {
  timeout: 60_000,
}, async (t) => {
  const socket = await RpcSocket.open(world().node.rpcUrl);
  t.after(() => socket.close());
  const discovery = await call("akash");
  assert.deepEqual(
    (at(discovery, "supported_versions") as readonly unknown[]).map((version) => at(version, "api_version")),
    ["v1beta4", "v1beta3"],
  );
  assert.deepEqual(
    [at(discovery, "client_info.api_version"), at(discovery, "chain_id")],
    ["v1beta3", world().node.chainId],
  );
  const { other, tenant } = world();
  const { account } = await query({
    path: "/cosmos.auth.v1beta1.Query/Account",
    request: [QueryAccountRequestSchema, { address: other.address }],
    response: QueryAccountResponseSchema,
  });
  assert.equal(account?.typeUrl, "/cosmos.auth.v1beta1.BaseAccount");
  const { accountNumber } = decode(BaseAccountSchema, account.value);
  assert.equal(accountNumber, other.accountNumber);

  const tx = world().sign(other, [send()]);
  const { gasInfo } = await query({
    path: "/cosmos.tx.v1beta1.Service/Simulate",
    request: [SimulateRequestSchema, { txBytes: tx }],
    response: SimulateResponseSchema,
  });
  assert.ok((gasInfo?.gasUsed ?? 0n) > 0n);
  // Broadcast mode `block`.
  const committed = await call("broadcast_tx_commit", { tx: toBase64(tx) });
  assert.deepEqual([at(committed, "check_tx.code"), at(committed, "tx_result.code")], [0, 0]);
  const [hash, height] = [textAt(committed, "hash"), textAt(committed, "height")];
  const found = await call("tx", { hash: toBase64(fromHex(hash) ?? new Uint8Array()), prove: true });
  assert.deepEqual([at(found, "hash"), at(found, "height"), at(found, "tx")], [hash, height, toBase64(tx)]);
  assert.equal(at(found, "proof.data"), toBase64(tx));
  assert.equal(at(await call("block", { height }), "block.header.height"), height);
  const search = { query: `message.sender='${other.address}'`, prove: true, page: "1", per_page: "100", order_by: "" };
  assert.equal(at(await call("tx_search", search), "txs.0.hash"), hash);
  const blocks = { query: `block.height=${height}`, page: "1", per_page: "100", order_by: "" };
  assert.equal(at(await call("block_search", blocks), "blocks.0.block.header.height"), height);
  assert.equal(at(await call("block_results", { height }), "txs_results.0.code"), 0);
  assert.equal(at(await call("validators", { height, page: "1", per_page: "100" }), "total"), "1");

  const balance = async (asked: bigint) => {
    const answer = await query({
      path: "/cosmos.bank.v1beta1.Query/Balance",
      request: [QueryBalanceRequestSchema, { address: tenant.address, denom: "uakt" }],
      response: QueryBalanceResponseSchema,
      height: asked,
    });
    return answer.balance?.amount;
  };
  assert.equal(BigInt((await balance(BigInt(height))) ?? 0), BigInt((await balance(BigInt(height) - 1n)) ?? 0) + 1n);
});

test("a command whose transaction is refused, or is not there yet", { timeout: 60_000 }, async () => {
  const { other } = world();
  const first = world().sign(other, [send()]);
  const second = world().sign(other, [send()]);
  // The command line reads the numbers out of this text, sees that the node is not behind, and sends once more.
  const early = await call("broadcast_tx_sync", { tx: toBase64(second) });
  assert.deepEqual([at(early, "code"), at(early, "codespace")], [32, "sdk"]);
  assert.match(textAt(early, "log"), /account sequence mismatch, expected (\d+), got (\d+)/);
  assert.equal(at(await call("status"), "sync_info.catching_up"), false);
  const missing = await ask("tx", { hash: toBase64(new Uint8Array(32).fill(1)), prove: true });
  assert.match(missing.error?.data ?? "", /^tx \((01){32}\) not found$/);
  for (const tx of [first, second]) assert.equal(at(await call("broadcast_tx_sync", { tx: toBase64(tx) }), "code"), 0);
  const again = await ask("broadcast_tx_sync", { tx: toBase64(second) });
  assert.equal(again.error?.data, "tx already exists in cache");
  const hashed = await call("broadcast_tx_async", { tx: toBase64(world().sign(other, [send()])) });
  const hash = toBase64(fromHex(textAt(hashed, "hash")) ?? new Uint8Array());
  while ((await ask("tx", { hash, prove: false })).error !== undefined) await world().pass(world().node.height());
});

/** Typed events of a block's transactions: their types, and the attributes as the provider's parser reads them. */
async function eventsOf(height: string): Promise<readonly { type: string; attributes: Record<string, unknown> }[]> {
  const results = await call("block_results", { height });
  const txs = (at(results, "txs_results") ?? []) as readonly unknown[];
  return txs.flatMap((tx) =>
    (at(tx, "events") as readonly unknown[])
      .filter((event) => textAt(event, "type").startsWith("akash."))
      .map((event) => {
        const attributes = (at(event, "attributes") as readonly unknown[])
          .filter((attribute) => at(attribute, "key") !== "msg_index")
          .map((attribute) => [textAt(attribute, "key"), JSON.parse(textAt(attribute, "value")) as unknown]);
        return { type: textAt(event, "type"), attributes: Object.fromEntries(attributes) };
      }),
  );
}

test("a provider starts: itself, open orders, its leases, certificates, and all events so far", {
  timeout: 60_000,
}, async () => {
  const { provider, tenant } = world();
  await call("akash");
  const height = Number(textAt(await call("status"), "sync_info.latest_block_height"));
  const own = await query({
    path: "/akash.provider.v1beta4.Query/Provider",
    request: [QueryProviderRequestSchema, { owner: provider.address }],
    response: QueryProviderResponseSchema,
  });
  assert.equal(own.provider?.hostUri, "https://provider.localhost:8443");
  const { orders } = await query({
    path: "/akash.market.v1beta5.Query/Orders",
    request: [QueryOrdersRequestSchema, { filters: { state: "open" }, pagination: { limit: 1_000n } }],
    response: QueryOrdersResponseSchema,
  });
  // A group whose lease was closed is offered again.
  assert.deepEqual(
    orders.map(({ id }) => [id?.dseq, id?.oseq]),
    [
      [dseqs.ended, 2],
      [dseqs.offered, 1],
      [dseqs.waiting, 1],
    ],
  );
  const filters = { provider: provider.address, state: "active" };
  const { leases } = await query({
    path: "/akash.market.v1beta5.Query/Leases",
    request: [QueryLeasesRequestSchema, { filters }],
    response: QueryLeasesResponseSchema,
  });
  assert.deepEqual(
    leases.map(({ lease }) => lease?.id?.dseq),
    [dseqs.leased],
  );
  const { certificates } = await query({
    path: "/akash.cert.v1.Query/Certificates",
    request: [QueryCertificatesRequestSchema, { filter: { owner: tenant.address, state: "valid" } }],
    response: QueryCertificatesResponseSchema,
  });
  assert.equal(certificates.length, 2);
  const seen = new Map<string, number>();
  for (let each = 1; each <= height; each += 1) {
    for (const { type } of await eventsOf(String(each))) seen.set(type, (seen.get(type) ?? 0) + 1);
  }
  const wanted = {
    "akash.provider.v1beta4.EventProviderCreated": 1,
    "akash.deployment.v1.EventDeploymentCreated": 4,
    "akash.market.v1.EventOrderCreated": 5,
    "akash.market.v1.EventBidCreated": 3,
    "akash.market.v1.EventLeaseCreated": 2,
    "akash.market.v1.EventLeaseClosed": 1,
  };
  const counted = Object.fromEntries(Object.keys(wanted).map((type) => [type, seen.get(type)]));
  assert.deepEqual(counted, wanted);
});

test("a provider follows headers: results are there the moment that a header is told", {
  timeout: 60_000,
}, async (t) => {
  const socket = await RpcSocket.open(world().node.rpcUrl);
  t.after(() => socket.close());
  socket.send({ id: 0, method: "subscribe", params: { query: "tm.event='NewBlockHeader'" } });
  assert.deepEqual((await socket.next(0)).result, {});
  const { provider } = world();
  const bid = world().send(provider, [createBid(world(), dseqs.waiting)]);
  for (let last = 0; ; ) {
    const { result } = await socket.next(0);
    assert.equal(at(result, "data.type"), "tendermint/event/NewBlockHeader");
    const height = textAt(result, "data.value.header.height");
    if (last > 0) assert.equal(Number(height), last + 1);
    last = Number(height);
    const created = (await eventsOf(height)).find(({ type }) => type === "akash.market.v1.EventBidCreated");
    if (created === undefined) continue;
    assert.equal(at(created.attributes, "id.provider"), provider.address);
    assert.equal(at(created.attributes, "id.dseq"), String(dseqs.waiting));
    assert.equal((await bid).height, BigInt(height));
    return;
  }
});
