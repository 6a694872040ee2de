import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { fromHex } from "@cosmjs/encoding";
import { Comet38Client, connectComet, HttpBatchClient, HttpClient } from "@cosmjs/tendermint-rpc";
import { newMessage } from "@stoa/wire";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { type CometSubject, readEverything, sendEverything, textOfAnswers } from "../testing/comet-questions.ts";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * CosmJS 0.39, Comet38Client: every method, over each of its transports.
 */

const world = sharedWorld();

/** What the questions are about, with transactions that nobody has sent yet. */
function subject(): CometSubject {
  const { other, tenant, payment } = world();
  const coins = [{ denom: "uakt", amount: "1" }];
  const send = { fromAddress: other.address, toAddress: tenant.address, amount: coins };
  const signed = () => world().sign(other, [newMessage(MsgSendSchema, send)]);
  const { height, hash } = payment;
  return { height: Number(height), hash: fromHex(hash), toSync: signed(), toAsync: signed(), toCommit: signed() };
}

const sentWell = {
  codes: [0, 0, 0, 0, 2],
  hashes: [32, 32],
  log: "invalid length; proto: invalid field number: tx parse error: tx parse error",
  unfit: [2, 0],
  again: "tx already exists in cache",
  sameBlock: true,
};

interface Read {
  readonly status: readonly [{ readonly network: string; readonly other: unknown }, { readonly pubkey: unknown }];
  readonly genesis: { readonly chainId: string };
  readonly query: { readonly code: number; readonly height: number };
  readonly block: { readonly block: { readonly header: { readonly height: number }; readonly txs: readonly string[] } };
  readonly txs: { readonly totalCount: number };
  readonly allTxs: { readonly txs: readonly unknown[] };
  readonly tx: { readonly result: { readonly code: number }; readonly proof: { readonly data: string } };
  readonly validators: { readonly total: number };
  readonly refused: readonly string[];
}

/** The answers once in full; other transports are held to the same text. */
function checkRead(text: string): void {
  const read = JSON.parse(text) as Read;
  assert.equal(read.genesis.chainId, world().node.chainId);
  assert.equal(read.status[0].network, world().node.chainId);
  assert.deepEqual([read.query.code, read.query.height], [0, Number(world().payment.height)]);
  assert.equal(read.block.block.header.height, Number(world().payment.height));
  assert.deepEqual(read.block.block.txs, [read.tx.proof.data]);
  assert.deepEqual([read.txs.totalCount, read.allTxs.txs.length, read.tx.result.code], [1, 1, 0]);
  assert.equal(read.validators.total, 1);
  assert.deepEqual(read.refused, [
    `tx (${"00".repeat(32)}) not found`,
    "height 10000000 must be less than or equal to the current blockchain height N",
    "height must be greater than 0, but got 0",
    "offset 3: got tag, wanted <= operator, >= operator, < operator, > operator, = operator, CONTAINS operator or EXISTS operator",
    "page should be within [1, 1] range, given 9",
    "unknown query path: unknown request",
  ]);
}

test("every method over HTTP, in batches and over a websocket: the same answers", { timeout: 60_000 }, async () => {
  const { rpcUrl } = world().node;
  const first = subject();
  const http = Comet38Client.create(new HttpClient(rpcUrl));
  const read = textOfAnswers(await readEverything(http, first));
  checkRead(read);
  assert.deepEqual(await sendEverything(http, first), sentWell);

  const batched = Comet38Client.create(new HttpBatchClient(rpcUrl, { dispatchInterval: 5 }));
  assert.equal(textOfAnswers(await readEverything(batched, first)), read);
  assert.deepEqual(await sendEverything(batched, subject()), sentWell);
  const together = await Promise.all(Array.from({ length: 20 }, () => readEverything(batched, first)));
  assert.deepEqual(new Set(together.map(textOfAnswers)), new Set([read]));
  batched.disconnect();

  const script = new URL("../testing/cosmjs-websocket.ts", import.meta.url);
  const workerData = { url: rpcUrl, subject: subject(), payer: world().other.address };
  const worker = new Worker(script, { workerData });
  const heard = await new Promise<{ read: string; sent: string; told: unknown }>((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
  await worker.terminate();
  assert.equal(heard.read, read);
  assert.deepEqual(JSON.parse(heard.sent), sentWell);
  const { chainId } = world().node;
  assert.deepEqual(heard.told, [
    [chainId, true],
    [chainId, 20],
    ["any", 0],
    [32, 0],
  ]);
});

test("the version is found out by asking", async () => {
  const client = await connectComet(world().node.rpcUrl);
  assert.ok(client instanceof Comet38Client);
  client.disconnect();
});
