import assert from "node:assert/strict";
import { test } from "node:test";
import {
  QueryClient,
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
import { type CometClient, connectComet } from "@cosmjs/tendermint-rpc";
import { accountText } from "@stoa/wire";
import { ProposalStatus } from "cosmjs-types/cosmos/gov/v1beta1/gov";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * CosmJS 0.39, StargateClient and every method of every query extension: what is there answers, what is not there
 * leaves the client usable.
 */

const world = sharedWorld();

test("StargateClient: every method", { timeout: 60_000 }, async () => {
  const { node, tenant, validator, payment } = world();
  const client = await StargateClient.connect(node.rpcUrl);
  const height = Number(payment.height);
  assert.equal(await client.getChainId(), node.chainId);
  assert.ok((await client.getHeight()) >= height);
  const account = await client.getAccount(tenant.address);
  assert.equal(account?.address, tenant.address);
  assert.equal(account.pubkey?.type, "tendermint/PubKeySecp256k1");
  assert.equal(account.accountNumber, tenant.accountNumber);
  assert.deepEqual(await client.getSequence(tenant.address), {
    accountNumber: tenant.accountNumber,
    sequence: account.sequence,
  });
  const nobody = accountText(new Uint8Array(20).fill(5));
  assert.equal(await client.getAccount(nobody), null);
  await assert.rejects(client.getSequence(nobody), /does not exist on chain/);
  const block = await client.getBlock(height);
  assert.deepEqual([block.header.height, block.txs.length], [height, 1]);
  assert.ok((await client.getBlock()).header.height >= height);
  const balance = await client.getBalance(tenant.address, "uakt");
  assert.ok(BigInt(balance.amount) > 0n);
  assert.deepEqual(await client.getBalance(tenant.address, "nothing"), { denom: "nothing", amount: "0" });
  assert.equal((await client.getAllBalances(tenant.address)).length, 2);
  assert.equal((await client.getTx(payment.hash))?.height, height);
  assert.equal(await client.getTx("00".repeat(32)), null);
  const found = await client.searchTx(`tx.height=${height} AND message.sender='${tenant.address}'`);
  assert.deepEqual(
    found.map(({ hash }) => hash),
    [payment.hash],
  );
  const pairs = [
    { key: "transfer.recipient", value: tenant.address },
    { key: "tx.height", value: height },
  ];
  assert.equal((await client.searchTx(pairs)).length, 1);
  // There is no staking module yet.
  await assert.rejects(client.getDelegation(tenant.address, validator.operator), /unknown query path/);
  await assert.rejects(client.getBalanceStaked(tenant.address), /unknown query path/);
  assert.equal(await client.getChainId(), node.chainId);
  client.disconnect();
});

test("every query of the modules that are there", { timeout: 60_000 }, async () => {
  const { node, tenant, grantee, validator, payment } = world();
  const comet = await connectComet(node.rpcUrl);
  const query = QueryClient.withExtensions(
    comet,
    setupAuthExtension,
    setupBankExtension,
    setupAuthzExtension,
    setupFeegrantExtension,
    setupStakingExtension,
    setupTxExtension,
  );
  const { auth, authz, bank, feegrant, staking, tx } = query;
  assert.equal((await auth.account(tenant.address))?.typeUrl, "/cosmos.auth.v1beta1.BaseAccount");
  assert.equal((await bank.balance(tenant.address, "uakt")).denom, "uakt");
  assert.equal((await bank.allBalances(tenant.address)).length, 2);
  assert.equal((await bank.totalSupply()).supply.length, 2);
  assert.equal((await bank.supplyOf("uakt")).amount, "400000000000");
  assert.equal((await bank.denomMetadata("uakt")).display, "akt");
  assert.equal((await bank.denomsMetadata()).length, 2);
  assert.equal((await authz.grants(tenant.address, grantee.address, "")).grants.length, 2);
  assert.equal((await authz.granterGrants(tenant.address)).grants.length, 3);
  assert.equal((await authz.granteeGrants(grantee.address)).grants.length, 2);
  assert.equal((await feegrant.allowance(tenant.address, grantee.address)).allowance?.grantee, grantee.address);
  assert.equal((await feegrant.allowances(grantee.address)).allowances[0]?.granter, tenant.address);
  assert.equal((await staking.params()).params?.bondDenom, "uakt");
  assert.equal((await staking.pool()).pool?.bondedTokens, "10000000");
  assert.equal((await staking.validator(validator.operator)).validator?.operatorAddress, validator.operator);
  for (const [status, count] of [
    ["BOND_STATUS_BONDED", 1],
    ["BOND_STATUS_UNBONDED", 0],
    ["BOND_STATUS_UNBONDING", 0],
    ["", 1],
  ] as const) {
    assert.equal((await staking.validators(status)).validators.length, count);
  }
  assert.equal((await tx.getTx(payment.hash)).txResponse?.height, payment.height);
  await assert.rejects(tx.getTx("00".repeat(32)), /Query failed with \(22\): .*tx not found/);
  comet.disconnect();
});

/** All fail as unknown, and the connection lives on. */
async function checkAbsent(comet: CometClient, asked: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(asked)) {
    assert.equal(outcome.status, "rejected");
    assert.match(String(outcome.reason), /Query failed with \(6\): unknown query path: unknown request/);
  }
  assert.ok((await comet.status()).syncInfo.latestBlockHeight > 0);
  comet.disconnect();
}

test("every query of the modules that are not there", { timeout: 60_000 }, async () => {
  const { node, tenant, validator } = world();
  const comet = await connectComet(node.rpcUrl);
  const { distribution, gov, mint, slashing, staking } = QueryClient.withExtensions(
    comet,
    setupDistributionExtension,
    setupGovExtension,
    setupMintExtension,
    setupSlashingExtension,
    setupStakingExtension,
  );
  const { address } = tenant;
  const { operator, consensus } = validator;
  await checkAbsent(comet, [
    distribution.communityPool(),
    distribution.delegationRewards(address, operator),
    distribution.delegationTotalRewards(address),
    distribution.delegatorValidators(address),
    distribution.delegatorWithdrawAddress(address),
    distribution.params(),
    distribution.validatorCommission(operator),
    distribution.validatorOutstandingRewards(operator),
    distribution.validatorSlashes(operator, 1, 2),
    gov.params("deposit"),
    gov.proposals(ProposalStatus.PROPOSAL_STATUS_UNSPECIFIED, "", ""),
    gov.proposal(1),
    gov.deposits(1),
    gov.deposit(1, address),
    gov.tally(1),
    gov.votes(1),
    gov.vote(1, address),
    mint.params(),
    mint.inflation(),
    mint.annualProvisions(),
    slashing.signingInfo(consensus),
    slashing.signingInfos(),
    slashing.params(),
    staking.delegation(address, operator),
    staking.delegatorDelegations(address),
    staking.delegatorUnbondingDelegations(address),
    staking.delegatorValidator(address, operator),
    staking.delegatorValidators(address),
    staking.historicalInfo(1),
    staking.redelegations(address, operator, operator),
    staking.unbondingDelegation(address, operator),
    staking.validatorDelegations(operator),
    staking.validatorUnbondingDelegations(operator),
  ]);
});

test("every query of IBC, which is not there", { timeout: 60_000 }, async () => {
  const comet = await connectComet(world().node.rpcUrl);
  const { channel, client, connection, transfer } = QueryClient.withExtensions(comet, setupIbcExtension).ibc;
  const port = ["transfer", "channel-0"] as const;
  await checkAbsent(comet, [
    channel.channel(...port),
    channel.channels(),
    channel.allChannels(),
    channel.connectionChannels("connection-0"),
    channel.allConnectionChannels("connection-0"),
    channel.clientState(...port),
    channel.consensusState(...port, 1, 1),
    channel.packetCommitment(...port, 1),
    channel.packetCommitments(...port),
    channel.allPacketCommitments(...port),
    channel.packetReceipt(...port, 1),
    channel.packetAcknowledgement(...port, 1),
    channel.packetAcknowledgements(...port),
    channel.allPacketAcknowledgements(...port),
    channel.unreceivedPackets(...port, [1]),
    channel.unreceivedAcks(...port, [1]),
    channel.nextSequenceReceive(...port),
    client.state("07-tendermint-0"),
    client.states(),
    client.allStates(),
    client.stateTm("07-tendermint-0"),
    client.statesTm(),
    client.allStatesTm(),
    client.consensusStateTm("07-tendermint-0"),
    client.allConsensusStates("07-tendermint-0"),
    client.consensusState("07-tendermint-0"),
    client.consensusStates("07-tendermint-0"),
    client.params(),
    connection.connection("connection-0"),
    connection.connections(),
    connection.allConnections(),
    connection.clientConnections("07-tendermint-0"),
    connection.clientState("connection-0"),
    connection.consensusState("connection-0", 1, 1),
    transfer.denomTrace("00"),
    transfer.denomTraces(),
    transfer.allDenomTraces(),
    transfer.params(),
  ]);
});
