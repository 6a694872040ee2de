import assert from "node:assert/strict";
import { test } from "node:test";
import type { EncodeObject } from "@cosmjs/proto-signing";
import {
  assertIsDeliverTxFailure,
  assertIsDeliverTxSuccess,
  BroadcastTxError,
  type DeliverTxResponse,
  GasPrice,
  type SignerData,
  SigningStargateClient,
  type StdFee,
  TimeoutError,
} from "@cosmjs/stargate";
import { Comet38Client, HttpBatchClient } from "@cosmjs/tendermint-rpc";
import { MsgMultiSend, MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { MsgDelegate } from "cosmjs-types/cosmos/staking/v1beta1/tx";
import { TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { type CosmjsUser, clientOptions, openWallet } from "../testing/cosmjs-wallets.ts";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * CosmJS 0.39, SigningStargateClient with direct and amino signers: sending, and failing as the client expects it.
 */

const world = sharedWorld();
const coin = { denom: "uakt", amount: "1" };
const fee: StdFee = { amount: [{ denom: "uakt", amount: "5000" }], gas: "200000" };

const send = (user: CosmjsUser, amount = coin.amount): EncodeObject => ({
  typeUrl: MsgSend.typeUrl,
  value: MsgSend.fromPartial({
    fromAddress: user.address,
    toAddress: world().tenant.address,
    amount: [{ ...coin, amount }],
  }),
});

async function signerData({ client, address }: CosmjsUser): Promise<SignerData> {
  return { ...(await client.getSequence(address)), chainId: world().node.chainId };
}

async function refusal(call: Promise<unknown>): Promise<BroadcastTxError> {
  const error = await call.then(
    () => assert.fail("the call succeeded"),
    (problem: unknown) => problem,
  );
  assert.ok(error instanceof BroadcastTxError, String(error));
  return error;
}

for (const kind of ["direct", "amino"] as const) {
  test(`signer ${kind}: simulated gas suffices, and each way of sending works`, { timeout: 60_000 }, async () => {
    const user = await openWallet(world(), kind);
    const { client, address } = user;
    const polled = await client.sendTokens(address, world().tenant.address, [coin], "auto", "<a> & ü");
    assertIsDeliverTxSuccess(polled);
    assert.ok(polled.gasUsed <= polled.gasWanted && polled.gasUsed > 40_000n);
    assert.deepEqual(
      polled.msgResponses.map(({ typeUrl }) => typeUrl),
      ["/cosmos.bank.v1beta1.MsgSendResponse"],
    );
    const transfer = polled.events.find(({ type, attributes }) => type === "transfer" && attributes.length === 4);
    assert.deepEqual(transfer?.attributes.slice(0, 2), [
      { key: "recipient", value: world().tenant.address },
      { key: "sender", value: address },
    ]);
    assert.equal((await client.getTx(polled.transactionHash))?.height, polled.height);
    // In a row, each with the sequence that the chain then has.
    for (const factor of [1.3, 2])
      assertIsDeliverTxSuccess(await client.signAndBroadcast(address, [send(user)], factor));
    const hash = await client.signAndBroadcastSync(address, [send(user), send(user)], "auto");
    while ((await client.getTx(hash)) === null) await world().pass(world().node.height());
    const multi = MsgMultiSend.fromPartial({
      inputs: [{ address, coins: [{ ...coin, amount: "3" }] }],
      outputs: [
        { address: world().tenant.address, coins: [coin] },
        { address: world().provider.address, coins: [{ ...coin, amount: "2" }] },
      ],
    });
    const many = await client.signAndBroadcast(address, [{ typeUrl: MsgMultiSend.typeUrl, value: multi }], "auto");
    assertIsDeliverTxSuccess(many);
    assert.equal((await client.getSequence(address)).sequence, 5);
  });

  test(`signer ${kind}: sends ten without waiting for blocks`, { timeout: 60_000 }, async () => {
    const user = await openWallet(world(), kind);
    const { client, address } = user;
    const data = await signerData(user);
    const hashes: string[] = [];
    for (let index = 0; index < 10; index++) {
      const explicit = { ...data, sequence: data.sequence + index };
      const height = BigInt(await client.getHeight()) + 100n;
      const signed = await client.sign(address, [send(user)], fee, `${index}`, explicit, height);
      hashes.push(await client.broadcastTxSync(TxRaw.encode(signed).finish()));
    }
    while ((await client.getTx(hashes.at(-1) ?? "")) === null) await world().pass(world().node.height());
    const found = await Promise.all(hashes.map((hash) => client.getTx(hash)));
    assert.deepEqual(
      found.map((tx) => tx?.code),
      hashes.map(() => 0),
    );
  });

  test(`signer ${kind}: is told why, in the form that CosmJS expects`, { timeout: 60_000 }, async () => {
    const user = await openWallet(world(), kind);
    const { client, address } = user;
    const data = await signerData(user);
    const attempt = async (explicit: Partial<SignerData>, message = send(user), height?: bigint, paid = fee) => {
      const signed = await client.sign(address, [message], paid, "", { ...data, ...explicit }, height);
      return refusal(client.broadcastTxSync(TxRaw.encode(signed).finish()));
    };
    const ahead = await attempt({ sequence: data.sequence + 7 });
    assert.deepEqual([ahead.code, ahead.codespace], [32, "sdk"]);
    const mismatch = `account sequence mismatch, expected ${data.sequence}, got ${data.sequence + 7}: incorrect account sequence`;
    assert.equal(ahead.log, mismatch);
    const foreign = await attempt({ chainId: "another-1" });
    assert.deepEqual([foreign.code, foreign.codespace], [4, "sdk"]);
    assert.match(foreign.log ?? "", /^signature verification failed; please verify account number \(\d+\)/);
    assert.equal((await attempt({}, send(user), 1n)).code, 30);
    assert.equal((await attempt({}, send(user), undefined, { ...fee, amount: [] })).code, 13);
    assert.equal((await attempt({}, send(user), undefined, { ...fee, gas: "1000" })).code, 11);
    const rich = { ...fee, amount: [{ denom: "uakt", amount: "900000000000" }] };
    assert.equal((await attempt({}, send(user), undefined, rich)).code, 5);
    await assert.rejects(client.simulate(address, [send(user, "900000000000")], ""), /insufficient funds/);

    const sent = await client.signAndBroadcast(address, [send(user, "900000000000")], fee);
    assertIsDeliverTxFailure(sent);
    assert.throws(
      () => assertIsDeliverTxSuccess(sent),
      /Code: 5; Raw log: failed to execute message; message index: 0/,
    );
    assert.deepEqual(sent.msgResponses, []);
    const exhausted = await client.signAndBroadcast(address, [send(user)], { ...fee, gas: "44000" });
    assert.equal(exhausted.code, 11);
    assert.match(exhausted.rawLog ?? "", /^out of gas in location: \w+; gasWanted: 44000, gasUsed: \d+: out of gas$/);
    const signed = await client.sign(address, [send(user)], fee, "");
    const bytes = TxRaw.encode(signed).finish();
    await assert.rejects(client.broadcastTx(bytes, 0, 1), TimeoutError);
    await assert.rejects(client.broadcastTx(bytes, 100), /tx already exists in cache|account sequence mismatch/);
  });
}

test("a client that asks in batches signs and sends as well", { timeout: 60_000 }, async () => {
  const user = await openWallet(world(), "direct");
  const rpc = new HttpBatchClient(world().node.rpcUrl, { dispatchInterval: 1 });
  const client = SigningStargateClient.createWithSigner(Comet38Client.create(rpc), user.signer, clientOptions);
  assertIsDeliverTxSuccess(await client.sendTokens(user.address, world().tenant.address, [coin], "auto"));
  client.disconnect();
});

test("what has no module is refused, and the client goes on", { timeout: 60_000 }, async () => {
  const user = await openWallet(world(), "direct");
  const { client, address } = user;
  const { operator } = world().validator;
  const calls: readonly (() => Promise<DeliverTxResponse>)[] = [
    () => client.delegateTokens(address, operator, coin, "auto"),
    () => client.undelegateTokens(address, operator, coin, "auto"),
    () => client.withdrawRewards(address, operator, "auto"),
    () => client.sendIbcTokens(address, "cosmos1x", coin, "transfer", "channel-0", undefined, 1_900_000_000, "auto"),
  ];
  for (const call of calls) await assert.rejects(call(), /Query failed with \(6\): .*no message handler found for/);
  const delegate = {
    typeUrl: MsgDelegate.typeUrl,
    value: MsgDelegate.fromPartial({ delegatorAddress: address, validatorAddress: operator, amount: coin }),
  };
  assert.equal((await refusal(client.signAndBroadcastSync(address, [delegate], fee))).code, 6);
  assertIsDeliverTxSuccess(await client.sendTokens(address, world().tenant.address, [coin], "auto"));
});

test("a price that the chain does not tell falls back to the client's own", { timeout: 60_000 }, async () => {
  const user = await openWallet(world(), "direct");
  const gasPrice = { denom: "uakt", minGasPrice: GasPrice.fromString("0.003uakt") };
  const options = { ...clientOptions, gasPrice };
  const client = await SigningStargateClient.connectWithSigner(world().node.rpcUrl, user.signer, options);
  assertIsDeliverTxSuccess(await client.sendTokens(user.address, world().tenant.address, [coin], "auto"));
});
