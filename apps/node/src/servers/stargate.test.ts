import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import {
  GasPrice,
  QueryClient,
  SigningStargateClient,
  StargateClient,
  setupAuthExtension,
  setupAuthzExtension,
  setupBankExtension,
  setupDistributionExtension,
  setupFeegrantExtension,
  setupGovExtension,
  setupIbcExtension,
  setupMintExtension,
  setupSlashingExtension,
  setupStakingExtension,
  setupTxExtension,
} from "@cosmjs/stargate";
import { connectComet } from "@cosmjs/tendermint-rpc";
import { accountText, decode } from "@stoa/wire";
import { ConfigResponseSchema } from "@stoa/wire/cosmos.base.node.v1beta1";
import { GetNodeInfoResponseSchema } from "@stoa/wire/cosmos.base.tendermint.v1beta1";
import type { QueryWorld } from "../testing/query-world.ts";
import { startQueryWorld } from "../testing/query-world-moves.ts";

/*
 * CosmJS 0.39, unmodified, over gRPC by abci_query: what is there answers, what is not there leaves the client alive.
 */

async function open(t: TestContext): Promise<QueryWorld> {
  return startQueryWorld(t);
}

test("query extensions of services that are there answer, with their heights", { timeout: 60_000 }, async (t) => {
  const world = await open(t);
  const comet = await connectComet(world.node.rpcUrl);
  t.after(() => comet.disconnect());
  const query = QueryClient.withExtensions(
    comet,
    setupAuthExtension,
    setupBankExtension,
    setupAuthzExtension,
    setupFeegrantExtension,
    setupStakingExtension,
    setupTxExtension,
  );
  const { tenant, grantee, validator, payment } = world;
  assert.equal((await query.auth.account(tenant.address))?.typeUrl, "/cosmos.auth.v1beta1.BaseAccount");
  assert.equal((await query.bank.allBalances(tenant.address)).length, 2);
  assert.equal((await query.bank.supplyOf("uakt")).amount, "400000000000");
  assert.equal((await query.authz.grants(tenant.address, grantee.address, "")).grants.length, 2);
  const allowances = await query.feegrant.allowances(grantee.address);
  assert.equal(allowances.allowances[0]?.granter, tenant.address);
  assert.equal((await query.staking.params()).params?.bondDenom, "uakt");
  assert.equal((await query.staking.pool()).pool?.bondedTokens, "10000000");
  assert.equal((await query.staking.validators("BOND_STATUS_BONDED")).validators.length, 1);
  assert.equal((await query.staking.validator(validator.operator)).validator?.operatorAddress, validator.operator);
  assert.equal((await query.tx.getTx(payment.hash)).txResponse?.height, payment.height);
});

test("the client survives services that are not there, and unknown accounts", { timeout: 60_000 }, async (t) => {
  const world = await open(t);
  const comet = await connectComet(world.node.rpcUrl);
  t.after(() => comet.disconnect());
  const query = QueryClient.withExtensions(
    comet,
    setupDistributionExtension,
    setupGovExtension,
    setupIbcExtension,
    setupMintExtension,
    setupSlashingExtension,
    setupStakingExtension,
  );
  const { tenant, validator } = world;
  const asked = [
    query.distribution.params(),
    query.gov.params("voting"),
    query.ibc.channel.allChannels(),
    query.mint.inflation(),
    query.slashing.params(),
    query.staking.delegation(tenant.address, validator.operator),
  ];
  for (const outcome of await Promise.allSettled(asked)) {
    assert.equal(outcome.status, "rejected");
    assert.match(String(outcome.reason), /Query failed with \(6\): unknown query path/);
  }
  const client = await StargateClient.connect(world.node.rpcUrl);
  t.after(() => client.disconnect());
  assert.equal(await client.getAccount(accountText(new Uint8Array(20).fill(5))), null);
});

test("relayers find over abci_query what they check before they start", { timeout: 60_000 }, async (t) => {
  const world = await open(t);
  const comet = await connectComet(world.node.rpcUrl);
  t.after(() => comet.disconnect());
  const ask = async (path: string) => {
    const answer = await comet.abciQuery({ path, data: new Uint8Array() });
    assert.equal(answer.code, 0, answer.log);
    assert.ok((answer.height ?? 0) > 0);
    return answer.value;
  };
  const info = decode(GetNodeInfoResponseSchema, await ask("/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo"));
  assert.equal(info.defaultNodeInfo?.other?.txIndex, "on");
  assert.equal(info.defaultNodeInfo.network, world.node.chainId);
  const versions = new Map(info.applicationVersion?.buildDeps.map(({ path, version }) => [path, version]));
  assert.match(versions.get("github.com/cosmos/cosmos-sdk") ?? "", /^v0\.(4[6-9]|5[0-3])\./);
  assert.match(versions.get("github.com/cosmos/ibc-go/v10") ?? "", /^v10\./);
  assert.match(versions.get("github.com/cometbft/cometbft") ?? "", /^v0\.38\./);
  const config = decode(ConfigResponseSchema, await ask("/cosmos.base.node.v1beta1.Service/Config"));
  assert.match(config.minimumGasPrice, /^0\.0025\d*uact,0\.0025\d*uakt$/);
  const missing = await comet.abciQuery({ path: "/cosmos.staking.v1beta1.Query/Validator", data: new Uint8Array() });
  assert.deepEqual(
    [missing.code, missing.log],
    [18, "rpc error: code = InvalidArgument desc = validator address cannot be empty: invalid request"],
  );
});

test("simulated gas suffices, and both broadcast paths work", { timeout: 60_000 }, async (t) => {
  const world = await open(t);
  const wallet = await DirectSecp256k1Wallet.fromKey(world.other.privateKey.secret, "akash");
  const options = { gasPrice: GasPrice.fromString("0.025uakt"), broadcastPollIntervalMs: 50 };
  const client = await SigningStargateClient.connectWithSigner(world.node.rpcUrl, wallet, options);
  t.after(() => client.disconnect());
  const { address } = world.other;
  const coins = [{ denom: "uakt", amount: "1" }];
  const polled = await client.sendTokens(address, world.tenant.address, coins, "auto");
  assert.equal(polled.code, 0);
  const message = {
    typeUrl: "/cosmos.bank.v1beta1.MsgSend",
    value: { fromAddress: address, toAddress: world.tenant.address, amount: coins },
  };
  const hash = await client.signAndBroadcastSync(address, [message], 1.4);
  await world.pass(world.node.height() + 2n);
  assert.equal((await client.getTx(hash))?.code, 0);
});
