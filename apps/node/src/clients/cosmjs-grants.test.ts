import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createMultisigThresholdPubkey,
  encodeSecp256k1Pubkey,
  makeCosmoshubPath,
  pubkeyToAddress,
  Secp256k1HdWallet,
} from "@cosmjs/amino";
import { DirectSecp256k1Wallet, type EncodeObject } from "@cosmjs/proto-signing";
import {
  assertIsDeliverTxSuccess,
  makeMultisignedTxBytes,
  QueryClient,
  SigningStargateClient,
  StargateClient,
  type StdFee,
  setupAuthzExtension,
  setupFeegrantExtension,
} from "@cosmjs/stargate";
import { connectComet } from "@cosmjs/tendermint-rpc";
import { GenericAuthorization } from "cosmjs-types/cosmos/authz/v1beta1/authz";
import { MsgExec, MsgExecResponse, MsgGrant, MsgRevoke } from "cosmjs-types/cosmos/authz/v1beta1/tx";
import { SendAuthorization } from "cosmjs-types/cosmos/bank/v1beta1/authz";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { AllowedMsgAllowance, BasicAllowance, PeriodicAllowance } from "cosmjs-types/cosmos/feegrant/v1beta1/feegrant";
import { MsgGrantAllowance, MsgRevokeAllowance } from "cosmjs-types/cosmos/feegrant/v1beta1/tx";
import { type CosmjsUser, clientOptions, openWallet } from "../testing/cosmjs-wallets.ts";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * CosmJS 0.39: rights given to others, fees paid by others, and keys of several people.
 */

const world = sharedWorld();
const coins = (amount: number) => [{ denom: "uakt", amount: String(amount) }];
const fee: StdFee = { amount: coins(5_000), gas: "200000" };
const expiration = { seconds: 1_900_000_000n, nanos: 0 };

const limits = { spendLimit: coins(20_000), expiration };

/** Another who signs, with the key of the network's account that has coins and no part in the market. */
async function another(): Promise<CosmjsUser> {
  const { privateKey, address } = world().other;
  const signer = await DirectSecp256k1Wallet.fromKey(privateKey.secret, "akash");
  const client = await SigningStargateClient.connectWithSigner(world().node.rpcUrl, signer, clientOptions);
  return { signer, address, client };
}

async function act({ client, address }: CosmjsUser, messages: readonly EncodeObject[], paid: StdFee | "auto" = "auto") {
  const sent = await client.signAndBroadcast(address, messages, paid);
  assertIsDeliverTxSuccess(sent);
  return sent;
}

const message = (typeUrl: string, value: unknown): EncodeObject => ({ typeUrl, value });

interface Codec<T> {
  readonly typeUrl: string;
  fromPartial(value: object): T;
  encode(value: T): { finish(): Uint8Array };
}

/** A value in an envelope, as messages hold it. */
const packed = <T>(codec: Codec<T>, value: object) => ({
  typeUrl: codec.typeUrl,
  value: codec.encode(codec.fromPartial(value)).finish(),
});

test("rights are given, used, asked for and taken back", { timeout: 60_000 }, async () => {
  const granter = await openWallet(world(), "direct");
  const grantee = await another();
  const authorization = packed(SendAuthorization, { spendLimit: coins(10) });
  const generic = packed(GenericAuthorization, { msg: MsgGrant.typeUrl });
  const parties = { granter: granter.address, grantee: grantee.address };
  const given = [authorization, generic].map((each) =>
    message(MsgGrant.typeUrl, { ...parties, grant: { authorization: each, expiration } }),
  );
  await act(granter, given);

  const comet = await connectComet(world().node.rpcUrl);
  const query = QueryClient.withExtensions(comet, setupAuthzExtension);
  const spendable = async () => {
    const { grants } = await query.authz.grants(granter.address, grantee.address, MsgSend.typeUrl);
    return SendAuthorization.decode(grants[0]?.authorization?.value ?? new Uint8Array()).spendLimit;
  };
  assert.deepEqual(await spendable(), coins(10));
  assert.equal((await query.authz.grants(granter.address, grantee.address, "")).grants.length, 2);
  assert.equal((await query.authz.granterGrants(granter.address)).grants.length, 2);
  const held = (await query.authz.granteeGrants(grantee.address)).grants;
  assert.ok(held.some((grant) => grant.granter === granter.address && grant.expiration?.seconds === 1_900_000_000n));

  const send = { fromAddress: granter.address, toAddress: grantee.address, amount: coins(4) };
  const msgs = [packed(MsgSend, send)];
  const used = await act(grantee, [message(MsgExec.typeUrl, { grantee: grantee.address, msgs })]);
  assert.equal(MsgExecResponse.decode(used.msgResponses[0]?.value ?? new Uint8Array()).results.length, 1);
  assert.deepEqual(await spendable(), coins(6));
  await act(granter, [message(MsgRevoke.typeUrl, { ...parties, msgTypeUrl: MsgSend.typeUrl })]);
  await assert.rejects(spendable(), /Query failed with \(6\): authorization not found for \S+ type/);
  const late = [message(MsgExec.typeUrl, { grantee: grantee.address, msgs })];
  const refused = await grantee.client.signAndBroadcast(grantee.address, late, fee);
  assert.match(refused.rawLog ?? "", /authorization not found/);
  comet.disconnect();
});

test("fees are paid by another, within what was allowed", { timeout: 60_000 }, async () => {
  const payer = await openWallet(world(), "direct");
  const { typeUrl } = MsgGrantAllowance;
  const grant = (grantee: string, allowance: unknown) =>
    message(typeUrl, { granter: payer.address, grantee, allowance });
  const basic = packed(BasicAllowance, limits);
  const nothing = { seconds: 0n, nanos: 0 };
  const period = { period: { seconds: 3_600n, nanos: 0 }, periodSpendLimit: coins(100), periodCanSpend: [] };
  const periodic = packed(PeriodicAllowance, { basic: limits, ...period, periodReset: nothing });
  const only = { allowance: basic, allowedMessages: [MsgSend.typeUrl] };
  const { provider, grantee, tenant, other } = world();
  const amino = await openWallet(world(), "amino");
  await act(payer, [
    grant(amino.address, basic),
    grant(other.address, packed(AllowedMsgAllowance, only)),
    grant(provider.address, periodic),
  ]);

  const comet = await connectComet(world().node.rpcUrl);
  const query = QueryClient.withExtensions(comet, setupFeegrantExtension);
  const left = async () => {
    const { allowance } = await query.feegrant.allowance(payer.address, amino.address);
    return BasicAllowance.decode(allowance?.allowance?.value ?? new Uint8Array()).spendLimit;
  };
  assert.deepEqual(await left(), coins(20_000));
  const balance = async ({ client, address }: CosmjsUser) => BigInt((await client.getBalance(address, "uakt")).amount);
  const before = [await balance(payer), await balance(amino)];
  const send = { fromAddress: amino.address, toAddress: tenant.address, amount: coins(1) };
  await act(amino, [message(MsgSend.typeUrl, send)], { ...fee, granter: payer.address });
  const after = [await balance(payer), await balance(amino)];
  assert.deepEqual([(before[0] ?? 0n) - (after[0] ?? 0n), (before[1] ?? 0n) - (after[1] ?? 0n)], [5_000n, 1n]);
  assert.deepEqual(await left(), coins(15_000));
  assert.equal((await query.feegrant.allowances(provider.address)).allowances.length, 1);

  const someone = await another();
  const revoke = message(MsgRevokeAllowance.typeUrl, { granter: other.address, grantee: grantee.address });
  const wrong = someone.client.signAndBroadcastSync(other.address, [revoke], { ...fee, granter: payer.address });
  await assert.rejects(wrong, /code 7 \(codespace: feegrant\).*message not allowed/);
  await act(payer, [message(MsgRevokeAllowance.typeUrl, { granter: payer.address, grantee: amino.address })]);
  await assert.rejects(
    left(),
    /Query failed with \(6\): rpc error: code = Internal desc = fee-grant not found: not found/,
  );
  const none = amino.client.signAndBroadcastSync(amino.address, [message(MsgSend.typeUrl, send)], {
    ...fee,
    granter: payer.address,
  });
  await assert.rejects(none, /fee-grant not found/);
  comet.disconnect();
});

test("two of three sign together", { timeout: 60_000 }, async () => {
  const { rpcUrl, chainId } = world().node;
  const hdPaths = [0, 1, 2].map((index) => makeCosmoshubPath(index));
  const wallet = await Secp256k1HdWallet.generate(12, { prefix: "akash", hdPaths });
  const members = await wallet.getAccounts();
  const key = createMultisigThresholdPubkey(
    members.map(({ pubkey }) => encodeSecp256k1Pubkey(pubkey)),
    2,
  );
  const address = pubkeyToAddress(key, "akash");
  const payer = await openWallet(world(), "direct");
  await act(payer, [
    message(MsgSend.typeUrl, { fromAddress: payer.address, toAddress: address, amount: coins(50_000) }),
  ]);

  const data = { ...(await payer.client.getSequence(address)), chainId };
  const client = await SigningStargateClient.offline(wallet);
  const messages = [
    message(MsgSend.typeUrl, { fromAddress: address, toAddress: world().tenant.address, amount: coins(7) }),
  ];
  const signed = await Promise.all(
    members.slice(1).map(async (member) => ({
      member: member.address,
      tx: await client.sign(member.address, messages, fee, "together", data),
    })),
  );
  const signatures = new Map(signed.map(({ member, tx }) => [member, tx.signatures[0] ?? new Uint8Array()]));
  const body = signed[0]?.tx.bodyBytes ?? new Uint8Array();
  const online = await StargateClient.connect(rpcUrl);
  const both = await online.broadcastTx(makeMultisignedTxBytes(key, data.sequence, fee, body, signatures), 60_000, 50);
  assertIsDeliverTxSuccess(both);
  const account = await online.getAccount(address);
  assert.equal(account?.pubkey?.type, "tendermint/PubKeyMultisigThreshold");
  assert.equal(account.sequence, 1);
  signatures.delete(members[2]?.address ?? "");
  const alone = makeMultisignedTxBytes(key, 1, fee, body, signatures);
  await assert.rejects(online.broadcastTxSync(alone), /code 4 \(codespace: sdk\)/);
});
