import assert from "node:assert/strict";
import { test } from "node:test";
import { Endpoint } from "@confio/relayer/build/lib/endpoint.js";
import { buildCreateClientArgs, IbcClient } from "@confio/relayer/build/lib/ibcclient.js";
import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import { GasPrice } from "@cosmjs/stargate";
import {
  checkLightBlock,
  decodeSignedHeader,
  decodeValidatorSet,
  defaultTrustLevel,
  type LightBlock,
  verifyHeader,
  verifyStoreProof,
} from "@stoa/consensus";
import { createNativeVerifier, nativeHash, systemClock } from "@stoa/host";
import { silentLog, utf8 } from "@stoa/std";
import { Header } from "cosmjs-types/ibc/lightclients/tendermint/v1/tendermint";
import { SignedHeader } from "cosmjs-types/tendermint/types/types";
import { ValidatorSet } from "cosmjs-types/tendermint/types/validator";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * ts-relayer 0.12 (CosmJS 0.32), the side of a connection that it has of us: what it asks before it makes a client, the
 * headers that it carries to another chain, and what it hears when IBC is not there. The package's door needs a library for
 * tests that it does not name, so its files are taken one by one.
 */

const world = sharedWorld();
const ports = { hash: nativeHash, verifier: createNativeVerifier({ log: silentLog }) };

async function connect(): Promise<IbcClient> {
  const { node, other } = world();
  // It brings an older CosmJS, whose list of algorithms is shorter, and whose gas price is another class.
  const signer = (await DirectSecp256k1Wallet.fromKey(other.privateKey.secret, "akash")) as never;
  const gasPrice = GasPrice.fromString("0.025uakt") as never;
  const times = { estimatedBlockTime: 40, estimatedIndexerTime: 1, broadcastPollIntervalMs: 50 };
  return IbcClient.connectWithSigner(node.rpcUrl, signer, other.address, { gasPrice, ...times });
}

/** The header that it would send to another chain's light client, as our verifier reads it. */
function lightBlockOf(header: Header): LightBlock {
  const signed = decodeSignedHeader(SignedHeader.encode(header.signedHeader ?? SignedHeader.fromPartial({})).finish());
  return { ...signed, validators: validatorsOf(header.validatorSet) };
}

function validatorsOf(set: ValidatorSet | undefined) {
  return decodeValidatorSet(ValidatorSet.encode(set ?? ValidatorSet.fromPartial({})).finish());
}

test("it knows the chain: id, height, time, headers, what a client of it is made of", { timeout: 60_000 }, async () => {
  const client = await connect();
  const { chainId } = world().node;
  assert.deepEqual([await client.getChainId(), client.chainId, client.revisionNumber], [chainId, chainId, 1n]);
  const height = await client.currentHeight();
  assert.ok(height > 0);
  await client.waitOneBlock();
  assert.ok((await client.currentRevision()).revisionHeight > BigInt(height));
  assert.equal((await client.header(height)).height, height);
  assert.ok((await client.timeoutHeight(10)).revisionHeight > BigInt(height));
  assert.ok((await client.currentTime()).getTime() > 0);
  const { header, commit } = await client.getCommit();
  assert.equal(header.height, commit.height);
  assert.equal((await client.tm.genesis()).chainId, chainId);
  const unbonding = await client.getUnbondingPeriod();
  const { clientState, consensusState } = await buildCreateClientArgs(client);
  assert.equal(clientState.chainId, chainId);
  assert.equal(clientState.unbondingPeriod?.seconds, BigInt(unbonding));
  assert.equal(clientState.trustingPeriod?.seconds, BigInt(Math.floor((unbonding * 2) / 3)));
  assert.equal(consensusState.nextValidatorsHash.length, 32);
  assert.deepEqual(
    (await client.query.auth.account(client.senderAddress))?.typeUrl,
    "/cosmos.auth.v1beta1.BaseAccount",
  );
  assert.equal((await client.query.bank.balance(client.senderAddress, "uakt")).denom, "uakt");
});

test("the headers that it carries are accepted by a light client", { timeout: 60_000 }, async () => {
  const client = await connect();
  const trustedHeight = await client.currentHeight();
  const signed = await client.getSignedHeader(trustedHeight);
  const trusted = decodeSignedHeader(SignedHeader.encode(SignedHeader.fromPartial(signed)).finish());
  for (let skipped = 0; skipped < 3; skipped += 1) await client.waitOneBlock();
  // Through the codec of another, as it goes over the wire.
  const header = Header.decode(Header.encode(Header.fromPartial(await client.buildHeader(trustedHeight))).finish());
  assert.equal(header.trustedHeight?.revisionHeight, BigInt(trustedHeight));
  const block = lightBlockOf(header);
  assert.ok(block.header.height > BigInt(trustedHeight) + 1n);
  assert.equal(checkLightBlock(ports, block, world().node.chainId), undefined);
  assert.deepEqual(header.validatorSet?.proposer?.address, block.header.proposerAddress);
  const trustedValidators = validatorsOf(header.trustedValidators);
  const hour = 3_600_000_000_000n;
  const policy = { trustingPeriodNs: hour, maxClockDriftNs: hour, trustLevel: defaultTrustLevel };
  const verdict = verifyHeader(ports, trusted, trustedValidators, block, policy, systemClock.nowNs());
  assert.deepEqual(verdict, { ok: true, value: undefined });
});

test("a value of the state is proven under the next header", { timeout: 60_000 }, async () => {
  const client = await connect();
  const height = await client.currentHeight();
  // The supply of uakt: prefix 0, then the denomination.
  const key = Uint8Array.of(0, ...utf8("uakt"));
  const { value, proof } = await client.query.queryRawProof("bank", key, height);
  await client.waitOneBlock();
  const { appHash } = await client.header(height + 1);
  assert.deepEqual(
    proof.ops.map(({ type }) => type),
    ["ics23:iavl", "ics23:simple"],
  );
  assert.equal(verifyStoreProof(nativeHash, appHash, proof.ops, "bank", key, value), true);
});

test("without IBC its questions are refused, its searches find nothing, and it goes on", {
  timeout: 60_000,
}, async () => {
  const client = await connect();
  const { ibc } = client.query;
  const height = await client.currentRevision();
  const { clientState, consensusState } = await buildCreateClientArgs(client);
  const asked = [
    ibc.client.stateTm("07-tendermint-0"),
    ibc.client.params(),
    ibc.connection.connection("connection-0"),
    ibc.channel.allChannels(),
    ibc.channel.unreceivedPackets("transfer", "channel-0", [1]),
    client.getConnectionProof("07-tendermint-0", "connection-0", height),
    client.getChannelProof({ portId: "transfer", channelId: "channel-0" }, height),
    ibc.proof.channel.receiptProof("transfer", "channel-0", 1, height),
    client.createTendermintClient(clientState, consensusState),
  ];
  for (const outcome of await Promise.allSettled(asked)) {
    assert.equal(outcome.status, "rejected");
    assert.match(String(outcome.reason), /Query failed with \(6\): |no message handler found|no such store/);
  }
  const endpoint = new Endpoint(client, "07-tendermint-0", "connection-0");
  const range = { minHeight: 1, maxHeight: await client.currentHeight() };
  assert.deepEqual(await endpoint.querySentPackets(range), []);
  assert.deepEqual(await endpoint.queryWrittenAcks(range), []);
  const sent = await client.sendTokens(world().tenant.address, [{ denom: "uakt", amount: "1" }]);
  assert.ok(sent.height > 0);
});
