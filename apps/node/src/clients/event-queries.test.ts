import assert from "node:assert/strict";
import { test } from "node:test";
import { at, callRpc, RpcSocket, textAt } from "../testing/json-rpc-caller.ts";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * The query texts that clients really send (base-chain.md §5.5): each is read and answered, with what is there to find.
 */

const world = sharedWorld();

/** How many transactions or blocks a search finds. */
async function count(method: "tx_search" | "block_search", query: string): Promise<number> {
  const params = { query, page: "1", per_page: "30", order_by: "asc" };
  const answer = await callRpc(world().node.rpcUrl, { id: 1, method, params });
  assert.equal(answer.error, undefined, `${method} ${query}: ${JSON.stringify(answer.error)}`);
  return Number(textAt(answer.result, "total_count"));
}

const range = (key: string) => `${key}>=1 AND ${key}<=100000`;

test("searches of transactions", async () => {
  const { payment, tenant, provider } = world();
  const { hash, height } = payment;
  const found: readonly (readonly [string, number])[] = [
    // CosmJS, and Hermes with spaces.
    [`tx.hash='${hash}'`, 1],
    [`tx.hash = '${hash}'`, 1],
    [`tx.hash='${"00".repeat(32)}'`, 0],
    // Explorers over REST, and the command line.
    [`message.sender='${tenant.address}' AND tx.height=${height}`, 1],
    [`transfer.recipient='${tenant.address}' AND transfer.sender='${tenant.address}'`, 1],
    // What stands in different events of a transaction does not match together (CometBFT 0.37 and newer).
    [`transfer.recipient='${tenant.address}' AND message.action='/cosmos.bank.v1beta1.MsgSend'`, 0],
    ["message.action='/akash.deployment.v1beta4.MsgCreateDeployment'", 1],
    ["message.module='market'", 3],
    [`akash.market.v1.EventBidCreated.id CONTAINS '${provider.address}'`, 1],
    [`tx.acc_seq='${tenant.address}/0'`, 1],
    // ts-relayer.
    ["send_packet.packet_connection='connection-0'", 0],
    [`send_packet.packet_connection='connection-0' AND ${range("tx.height")}`, 0],
    [`write_acknowledgement.packet_connection='connection-0' AND ${range("tx.height")}`, 0],
    // Hermes.
    [
      "send_packet.packet_src_channel = 'channel-0' AND send_packet.packet_src_port = 'transfer' AND " +
        "send_packet.packet_dst_channel = 'channel-1' AND send_packet.packet_dst_port = 'transfer' AND " +
        "send_packet.packet_sequence = '1'",
      0,
    ],
    ["write_acknowledgement.packet_dst_channel = 'channel-0' AND write_acknowledgement.packet_sequence = '1'", 0],
    ["update_client.client_id = '07-tendermint-0' AND update_client.consensus_height = '1-100'", 0],
    // rly.
    ["recv_packet.packet_src_port='transfer' AND recv_packet.packet_sequence='1'", 0],
  ];
  for (const [query, expected] of found) assert.equal(await count("tx_search", query), expected, query);
});

test("searches of blocks", async () => {
  const { height } = world().payment;
  const found: readonly (readonly [string, number])[] = [
    [`block.height=${height}`, 1],
    [`block.height = ${height}`, 1],
    ["block.height>=1 AND block.height<=3", 3],
    [`send_packet.packet_connection='connection-0' AND ${range("block.height")}`, 0],
    ["send_packet.packet_src_channel = 'channel-0' AND send_packet.packet_sequence = '1'", 0],
    ["write_acknowledgement.packet_dst_port='transfer'", 0],
  ];
  for (const [query, expected] of found) assert.equal(await count("block_search", query), expected, query);
});

test("the same over REST: the query as it is; the older list of events as the reference refuses it", async () => {
  const { restUrl, tenant, payment } = world();
  const ask = async (parameters: string): Promise<unknown> =>
    (await fetch(`${restUrl}/cosmos/tx/v1beta1/txs?${parameters}`)).json();
  const query = encodeURIComponent(`message.sender='${tenant.address}' AND tx.height=${payment.height}`);
  const found = await ask(`query=${query}&order_by=ORDER_BY_DESC&page=1&limit=10`);
  assert.deepEqual([at(found, "total"), at(found, "tx_responses.0.txhash")], ["1", payment.hash]);
  const older = await ask(`events=${encodeURIComponent(`message.sender='${tenant.address}'`)}`);
  assert.deepEqual(older, { code: 13, message: "query cannot be empty", details: [] });
});

test("subscriptions", async (t) => {
  const { node, tenant, payment } = world();
  const queries = [
    "tm.event='NewBlock'",
    "tm.event='NewBlockHeader'",
    "tm.event='Tx'",
    `tm.event='Tx' AND tx.hash='${payment.hash}'`,
    `tm.event='Tx' AND transfer.recipient='${tenant.address}'`,
    "tm.event = 'NewBlock'",
    "message.module = 'ibc_client'",
    "message.module = 'ibc_connection'",
    "message.module = 'ibc_channel'",
    "message.module = 'interchainquery'",
    "tm.event='NewBlockEvents'",
    "tm.event='ValidatorSetUpdates'",
    "tm.event='Vote'",
    "tm.event='NewRound'",
    "tm.event='CompleteProposal'",
  ];
  // Five are what one connection may have.
  for (let from = 0; from < queries.length; from += 5) {
    const socket = await RpcSocket.open(node.rpcUrl);
    t.after(() => socket.close());
    for (const [index, query] of queries.slice(from, from + 5).entries()) {
      // Params by name and, as wallets send them, by place.
      const params = index % 2 === 0 ? { query } : [query];
      socket.send({ id: from + index + 1, method: "subscribe", params });
      assert.deepEqual((await socket.next(from + index + 1)).result, {}, query);
    }
    socket.send({ id: 100, method: "unsubscribe_all", params: {} });
    assert.deepEqual((await socket.next(100)).result, {});
  }
});
