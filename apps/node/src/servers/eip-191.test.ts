import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { makeSignDoc, serializeSignDoc } from "@cosmjs/amino";
import { fromHex, toBase64, toBech32 } from "@cosmjs/encoding";
import { assertIsDeliverTxSuccess, SigningStargateClient, StargateClient } from "@cosmjs/stargate";
import { loadConfig } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { AuthInfo, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { Wallet } from "ethers/wallet";
import { exportGenesis, importGenesis } from "../home/export-genesis.ts";
import { type RunningNode, startNode } from "../main.ts";
import { nodeConfigSchema } from "../node-config.ts";
import { makeTestHome, marketParameters, testWallet } from "../testing/test-home.ts";

/*
 * MetaMask's part is done by ethers, the transaction is CosmJS's: docs/decisions/eip-191.md.
 */

const wallet = new Wallet(`0x${"46".repeat(32)}`);
const ownAddress = toBech32("akash", fromHex(wallet.address.slice(2)));
const pollMs = { broadcastPollIntervalMs: 20 };

function nodeOf(home: string): Promise<RunningNode> {
  const settings = { rpcPort: 0, grpcPort: 0, restPort: 0, blockIntervalMs: 40 };
  const config = loadConfig(nodeConfigSchema, { file: settings });
  assert.ok(config.ok);
  return startNode({ home, config: config.value.values, log: silentLog });
}

/** A network on which the wallet's address has been paid. */
async function start(t: TestContext, sections: Readonly<Record<string, unknown>>) {
  const { home, address, scope } = await makeTestHome(t, sections);
  const node = await nodeOf(home);
  scope.defer("node", () => node.close());
  const client = await SigningStargateClient.connectWithSigner(node.rpcUrl, await testWallet(), pollMs);
  const fee = { amount: [{ denom: "uakt", amount: "5000" }], gas: "200000" };
  const paid = await client.sendTokens(address, ownAddress, [{ denom: "uakt", amount: "1000000" }], fee);
  assertIsDeliverTxSuccess(paid);
  client.disconnect();
  return { node, home, scope };
}

interface Account {
  readonly "@type": string;
  readonly account_number: string;
  readonly sequence: string;
  readonly pub_key: unknown;
}

async function accountOf(node: RunningNode): Promise<Account> {
  const answer = await fetch(`${node.restUrl}/cosmos/auth/v1beta1/accounts/${ownAddress}`);
  return ((await answer.json()) as { readonly account: Account }).account;
}

/** A payment that the wallet signs after it was shown to somebody as JSON. */
async function signedPayment(node: RunningNode, mode = SignMode.SIGN_MODE_EIP_191): Promise<Uint8Array> {
  const { account_number, sequence } = await accountOf(node);
  const amount = [{ denom: "uakt", amount: "7" }];
  const fee = { amount: [{ denom: "uakt", amount: "5000" }], gas: "200000" };
  const message = {
    type: "cosmos-sdk/MsgSend",
    value: { from_address: ownAddress, to_address: ownAddress, amount },
  };
  const document = makeSignDoc([message], fee, node.chainId, "from a browser", account_number, sequence);
  const signature = fromHex((await wallet.signMessage(serializeSignDoc(document))).slice(2));
  const send = MsgSend.fromPartial({ fromAddress: ownAddress, toAddress: ownAddress, amount });
  const body = TxBody.fromPartial({
    messages: [{ typeUrl: MsgSend.typeUrl, value: MsgSend.encode(send).finish() }],
    memo: document.memo,
  });
  const key = { key: fromHex(wallet.signingKey.compressedPublicKey.slice(2)) };
  const publicKey = { typeUrl: "/ethermint.crypto.v1.ethsecp256k1.PubKey", value: PubKey.encode(key).finish() };
  const authInfo = AuthInfo.fromPartial({
    signerInfos: [{ publicKey, modeInfo: { single: { mode } }, sequence: BigInt(sequence) }],
    fee: { amount: fee.amount, gasLimit: BigInt(fee.gas) },
  });
  return TxRaw.encode({
    bodyBytes: TxBody.encode(body).finish(),
    authInfoBytes: AuthInfo.encode(authInfo).finish(),
    signatures: [signature],
  }).finish();
}

test("an Ethereum wallet pays on a network that allows it", { timeout: 60_000 }, async (t) => {
  const { node } = await start(t, { eip191: { params: { enabled: true } } });
  const client = await StargateClient.connect(node.rpcUrl);
  t.after(() => client.disconnect());
  const tx = await signedPayment(node);
  const sent = await client.broadcastTx(tx, 10_000, 20);
  assertIsDeliverTxSuccess(sent);
  const spent = await client.getBalance(ownAddress, "uakt");
  assert.equal(spent.amount, "995000");

  const account = await accountOf(node);
  assert.equal(account["@type"], "/cosmos.auth.v1beta1.BaseAccount");
  assert.equal(account.sequence, "1");
  assert.deepEqual(account.pub_key, {
    "@type": "/ethermint.crypto.v1.ethsecp256k1.PubKey",
    key: toBase64(fromHex(wallet.signingKey.compressedPublicKey.slice(2))),
  });
  const found = await fetch(`${node.restUrl}/cosmos/tx/v1beta1/txs/${sent.transactionHash}`);
  const { tx: shown } = (await found.json()) as { tx: { auth_info: { signer_infos: { mode_info: unknown }[] } } };
  assert.deepEqual(shown.auth_info.signer_infos[0]?.mode_info, { single: { mode: "SIGN_MODE_EIP_191" } });

  await assert.rejects(client.broadcastTx(tx, 10_000, 20), /tx already exists in cache/);
  const otherMode = await signedPayment(node, SignMode.SIGN_MODE_LEGACY_AMINO_JSON);
  await assert.rejects(client.broadcastTx(otherMode, 10_000, 20), /code 4.*signature verification failed/);
  assertIsDeliverTxSuccess(await client.broadcastTx(await signedPayment(node), 10_000, 20));
});

test("it does not pay on a network that says nothing of it", { timeout: 60_000 }, async (t) => {
  const { node } = await start(t, {});
  const client = await StargateClient.connect(node.rpcUrl);
  t.after(() => client.disconnect());
  const refused = /code 2 .*unknown message type ethermint\.crypto\.v1\.ethsecp256k1\.PubKey: tx parse error/;
  const tx = await signedPayment(node);
  await assert.rejects(client.broadcastTx(tx, 10_000, 20), refused);
  const body = JSON.stringify({ tx_bytes: toBase64(tx) });
  for (const method of ["simulate", "decode"]) {
    const answer = await fetch(`${node.restUrl}/cosmos/tx/v1beta1/${method}`, { method: "POST", body });
    assert.equal(answer.status, 500, method);
    assert.match(await answer.text(), /unknown message type ethermint\.crypto\.v1\.ethsecp256k1\.PubKey/);
  }
  assert.equal((await accountOf(node)).pub_key, null);
});

test("the chain goes on from an export with its wallets, and only where the export still allows them", async (t) => {
  const { node, home, scope } = await start(t, { ...marketParameters, eip191: { params: { enabled: true } } });
  const client = await StargateClient.connect(node.rpcUrl);
  assertIsDeliverTxSuccess(await client.broadcastTx(await signedPayment(node), 10_000, 20));
  client.disconnect();
  const account = await accountOf(node);
  await node.close();
  const document = await exportGenesis({ home, log: silentLog });

  const copy = join(home, "copy");
  importGenesis({ home: copy, text: JSON.stringify(document), keysFrom: home });
  const next = await nodeOf(copy);
  scope.defer("copy", () => next.close());
  assert.deepEqual(await accountOf(next), account);
  const reader = await StargateClient.connect(next.rpcUrl);
  t.after(() => reader.disconnect());
  assertIsDeliverTxSuccess(await reader.broadcastTx(await signedPayment(next), 10_000, 20));

  const { eip191: _, ...state } = document.app_state as Readonly<Record<string, unknown>>;
  const without = join(home, "without");
  importGenesis({ home: without, text: JSON.stringify({ ...document, app_state: state }), keysFrom: home });
  await assert.rejects(nodeOf(without), /has an Ethereum key, which the section eip191 does not allow/);
});
