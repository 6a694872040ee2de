import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  type ChainNodeSDK,
  certificateManager,
  createChainNodeSDK,
  createStargateClient,
  SDKError,
  SDKErrorCode,
} from "@akashnetwork/chain-sdk";
import { createChainNodeWebSDK } from "@akashnetwork/chain-sdk/web";
import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import { utf8 } from "@stoa/std";
import type { QueryWorld } from "../testing/query-world.ts";
import { createBid, dseqs, startQueryWorld } from "../testing/query-world-moves.ts";

/*
 * The published @akashnetwork/chain-sdk, unmodified: its Node SDK over gRPC, its web SDK over REST.
 */

type Flavour = "Node" | "web";

async function sendingSdk(t: TestContext, world: QueryWorld, flavour: Flavour): Promise<ChainNodeSDK> {
  const signer = await DirectSecp256k1Wallet.fromKey(world.other.privateKey.secret, "akash");
  // The SDK brings an older CosmJS, whose list of algorithms is shorter.
  const tx = createStargateClient({ baseUrl: world.node.rpcUrl, signer: signer as never });
  t.after(() => tx.disconnect());
  return flavour === "Node"
    ? createChainNodeSDK({ query: { baseUrl: world.grpcUrl }, tx: { signer: tx } })
    : (createChainNodeWebSDK({ query: { baseUrl: world.restUrl }, tx: { signer: tx } }) as unknown as ChainNodeSDK);
}

const amount = (units: bigint) => ({ val: utf8(units.toString()) });

function group() {
  const resource = {
    id: 1,
    cpu: { units: amount(100n), attributes: [] },
    memory: { quantity: amount(1n << 27n), attributes: [] },
    storage: [{ name: "default", quantity: amount(1n << 28n), attributes: [] }],
    gpu: { units: amount(0n), attributes: [] },
    endpoints: [],
  };
  return {
    name: "web",
    requirements: { signedBy: { allOf: [], anyOf: [] }, attributes: [] },
    resources: [{ resource, count: 1, price: { denom: "uact", amount: "1000" } }],
  };
}

/** Certificate, deployment, bids, lease, close. */
async function takeLease(t: TestContext, flavour: Flavour): Promise<void> {
  const world = await startQueryWorld(t);
  const sdk = await sendingSdk(t, world, flavour);
  const owner = world.other.address;
  const pem = await certificateManager.generatePEM(owner);
  await sdk.akash.cert.v1.createCertificate({ owner, cert: utf8(pem.cert), pubkey: utf8(pem.publicKey) });
  const { certificates } = await sdk.akash.cert.v1.getCertificates({ filter: { owner, state: "valid" } });
  assert.equal(new TextDecoder().decode(certificates[0]?.certificate?.cert), pem.cert);

  const id = { owner, dseq: 77n as never };
  await sdk.akash.deployment.v1beta4.createDeployment({
    id,
    groups: [group()],
    hash: new Uint8Array(32).fill(3),
    deposit: { amount: { denom: "uact", amount: "5000000" }, sources: [1] },
  });
  const { deployment, escrowAccount } = await sdk.akash.deployment.v1beta4.getDeployment({ id });
  assert.equal(deployment?.state, 1);
  assert.equal(escrowAccount?.id?.xid, `${owner}/77`);
  await world.send(world.provider, [createBid(world, 77n, owner)]);
  const { bids } = await sdk.akash.market.v1beta5.getBids({ filters: { owner, state: "open" } });
  const bidId = bids[0]?.bid?.id;
  assert.equal(bidId?.provider, world.provider.address);
  await sdk.akash.market.v1beta5.createLease({ bidId });
  const { leases } = await sdk.akash.market.v1beta5.getLeases({ filters: { owner, state: "active" } });
  assert.equal(leases.length, 1);
  await sdk.akash.deployment.v1beta4.closeDeployment({ id });
  const after = await sdk.akash.market.v1beta5.getLeases({ filters: { owner, state: "active" } });
  assert.equal(after.leases.length, 0);
}

// Its signing client looks for a transaction every three seconds: both wait at once.
test("a certificate, a deployment, a bid, a lease and its end", { timeout: 120_000, concurrency: 2 }, async (t) => {
  await Promise.all([
    t.test("by the Node SDK over gRPC", (each) => takeLease(each, "Node")),
    t.test("by the web SDK over REST", (each) => takeLease(each, "web")),
  ]);
});

/** The code that a call fails with. */
async function failure(call: Promise<unknown>): Promise<{ code: number; message: string }> {
  const error = await call.then(
    () => assert.fail("the call succeeded"),
    (problem: unknown) => problem,
  );
  assert.ok(error instanceof SDKError, String(error));
  return { code: error.code, message: error.message };
}

test("both SDKs read the same, survive what is not there, and get precise codes", { timeout: 120_000 }, async (t) => {
  const world = await startQueryWorld(t);
  const web = createChainNodeWebSDK({ query: { baseUrl: world.restUrl } });
  const node = createChainNodeSDK({ query: { baseUrl: world.grpcUrl } });
  const owner = world.tenant.address;
  for (const sdk of [node, web] as unknown as readonly ChainNodeSDK[]) {
    const { balances } = await sdk.cosmos.bank.v1beta1.getAllBalances({ address: owner });
    assert.deepEqual(
      balances.map(({ denom }) => denom),
      ["uact", "uakt"],
    );
    const { account } = await sdk.cosmos.auth.v1beta1.getAccount({ address: owner });
    assert.ok(account !== undefined);
    // Its web flavour does not read "@type" of opened Any values.
    if (sdk === node) assert.equal(account.typeUrl, "/cosmos.auth.v1beta1.BaseAccount");
    const { deployments } = await sdk.akash.deployment.v1beta4.getDeployments({ filters: { owner } });
    assert.equal(deployments.length, 4);
    const { validators } = await sdk.cosmos.staking.v1beta1.getValidators({ status: "BOND_STATUS_BONDED" });
    assert.equal(validators[0]?.operatorAddress, world.validator.operator);
    const { params } = await sdk.cosmos.staking.v1beta1.getParams();
    assert.equal(params?.bondDenom, "uakt");
    const { provider } = await sdk.akash.provider.v1beta4.getProvider({ owner: world.provider.address });
    assert.equal(provider?.hostUri, "https://provider.localhost:8443");
    const page = await sdk.akash.market.v1beta5.getLeases({ filters: { owner }, pagination: { limit: 1 } });
    assert.equal(page.leases.length, 1);
    assert.ok((page.pagination?.nextKey.length ?? 0) > 0);
    const id = { owner, dseq: dseqs.leased as never };
    const { deployment } = await sdk.akash.deployment.v1beta4.getDeployment({ id });
    assert.equal(String(deployment?.id?.dseq), "282");
    const missing = await failure(sdk.akash.deployment.v1beta4.getDeployment({ id: { owner, dseq: 5 as never } }));
    assert.equal(missing.code, SDKErrorCode.NotFound);
    assert.match(missing.message, /Deployment not found/);
    const invalid = await failure(sdk.cosmos.bank.v1beta1.getAllBalances({ address: "x" }));
    assert.equal(invalid.code, SDKErrorCode.InvalidArgument);
    const mint = await failure(sdk.cosmos.mint.v1beta1.getParams());
    assert.equal(mint.code, SDKErrorCode.Unimplemented);
  }
});
