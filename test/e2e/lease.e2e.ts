/** A whole lease on a real chain and a real provider, containers apart: auction, manifest, payment to the last unit. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Broadcaster, ChainClient, fullAccess, message, newToken } from "@stoa/client";
import { loadConfig, nativeHash, systemClock, systemTimers } from "@stoa/host";
import { initNodeHome, nodeConfigSchema, type RunningNode, startNode } from "@stoa/node";
import { providerConfig, providerParams, type RunningProvider, startProvider } from "@stoa/provider";
import { type CompiledSdl, compileSdl } from "@stoa/sdl";
import { fromHex, silentLog } from "@stoa/std";
import { accountText, addressOf, secp256k1Key } from "@stoa/wire";
import { Source } from "@stoa/wire/akash.base.deposit.v1";
import { MsgCreateDeploymentSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { BidIDSchema, Lease_State, LeaseIDSchema } from "@stoa/wire/akash.market.v1";
import { Query as MarketQuery, MsgCreateLeaseSchema } from "@stoa/wire/akash.market.v1beta5";
import { Query as BankQuery } from "@stoa/wire/cosmos.bank.v1beta1";
import { type PrivateKey, publicKeyOf, signMessage } from "@stoa/wire/wallet";

const blockIntervalMs = 200;
const rate = 1_000n;
const chainId = "stoa-lease-e2e";

function keyOf(seed: number): PrivateKey {
  return { type: "secp256k1", secret: nativeHash.sha256(new Uint8Array([seed])) };
}

function addressOfKey(key: PrivateKey): string {
  return accountText(addressOf(secp256k1Key(publicKeyOf(key).key), nativeHash) ?? new Uint8Array());
}

const tenantKey = keyOf(1);
const tenant = addressOfKey(tenantKey);
const providerKey = keyOf(2);
const provider = addressOfKey(providerKey);

const sdl = (cpu: number) => `version: "2.0"
services:
  web:
    image: hello:1
    expose: [{port: 80, to: [{global: true}]}]
profiles:
  compute:
    web: {resources: {cpu: {units: ${cpu}}, memory: {size: 64Mi}, storage: {size: 128Mi}}}
  placement:
    dc: {pricing: {web: {denom: uact, amount: ${rate}}}}
deployment:
  web: {dc: {profile: web, count: 1}}
`;

function compile(text: string): CompiledSdl {
  const compiled = compileSdl(text, { dialect: "go", hash: nativeHash });
  assert.ok(compiled.accepted);
  return compiled;
}

/** The sections of genesis that this chain needs, with two people who have money. */
function appState(): Record<string, unknown> {
  const people = [tenant, provider];
  const coins = ["uact", "uakt"].map((denom) => ({ denom, amount: "1000000000" }));
  return {
    auth: {
      params: {
        max_memo_characters: "256",
        tx_sig_limit: "7",
        tx_size_cost_per_byte: "10",
        sig_verify_cost_ed25519: "590",
        sig_verify_cost_secp256k1: "1000",
      },
      accounts: people.map((address, i) => ({
        "@type": "/cosmos.auth.v1beta1.BaseAccount",
        address,
        pub_key: null,
        account_number: String(i),
        sequence: "0",
      })),
    },
    authz: { authorization: [] },
    bank: {
      params: { send_enabled: [], default_send_enabled: true },
      balances: people.map((address) => ({ address, coins })),
      supply: [],
      denom_metadata: [],
      send_enabled: [],
    },
    feegrant: { allowances: [] },
    cert: { certificates: [] },
    provider: { providers: [] },
    audit: { providers: [] },
    deployment: { deployments: [], params: { min_deposits: [{ denom: "uact", amount: "5000" }] } },
    market: {
      params: {
        bid_min_deposit: { denom: "uact", amount: "500000" },
        order_max_bids: 20,
        bid_min_deposits: [{ denom: "uact", amount: "500000" }],
        min_reclamation_window: "3600s",
        max_reclamation_window: "2592000s",
      },
      orders: [],
      leases: [],
      bids: [],
    },
    escrow: { accounts: [], payments: [] },
  };
}

describe("lease, from auction to the last unit", () => {
  const root = mkdtempSync(join(tmpdir(), "stoa-e2e-"));
  let node: RunningNode;
  let running: RunningProvider;
  let client: ChainClient;
  let wallet: Broadcaster;

  async function openProvider(): Promise<RunningProvider> {
    const file = {
      rpc: node.rpcUrl,
      runtime: "fake",
      gatewayPort: 0,
      blockIntervalMs,
      prices: JSON.stringify({ uact: { kind: "share", ofCeiling: "1" } }),
    };
    const config = loadConfig(providerConfig, { file });
    assert.ok(config.ok);
    const home = join(root, "provider");
    const around = { home, homeId: "e2e", key: providerKey, version: "0", log: silentLog, dockerHost: undefined };
    const params = providerParams(config.value.values, around);
    assert.ok(params.ok);
    return startProvider(params.value);
  }

  before(async () => {
    initNodeHome({ home: join(root, "node"), chainId, genesisTime: systemClock.nowNs(), appState: appState() });
    const config = loadConfig(nodeConfigSchema, { file: { rpcPort: 0, blockIntervalMs } });
    assert.ok(config.ok);
    node = await startNode({ home: join(root, "node"), config: config.value.values, log: silentLog });
    client = new ChainClient({ url: node.rpcUrl, fetch, timers: systemTimers });
    const sign = (bytes: Uint8Array) => signMessage(tenantKey, bytes);
    const signer = { address: tenant, publicKey: publicKeyOf(tenantKey).key, sign };
    wallet = new Broadcaster({ client, signer, timers: systemTimers });
    running = await openProvider();
  });

  after(async () => {
    await running?.close({ stopContainers: false });
    await node?.close();
    rmSync(root, { recursive: true, force: true });
  });

  /** Calls the gateway as the tenant. Who answers is checked elsewhere; here only what. */
  function call(method: string, path: string, body?: string): Promise<{ status: number; body: string }> {
    const nowSeconds = BigInt(Math.floor(Date.now() / 1000));
    const wishes = { owner: tenant, nowSeconds, lifetimeSeconds: 60n, leases: fullAccess, audience: [] };
    const token = newToken(wishes, (bytes) => signMessage(tenantKey, bytes));
    return new Promise((resolve, reject) => {
      const options = { method, rejectUnauthorized: false, headers: { authorization: `Bearer ${token}` } };
      const asked = request(new URL(path, running.hostUri), options, (answer) => {
        let text = "";
        answer.on("data", (part) => {
          text += part;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
    for (let i = 0; i < 400; i++) {
      const found = await ask();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`nothing came: ${what}`);
  }

  async function createDeployment(dseq: bigint, compiled: CompiledSdl, deposit: bigint): Promise<void> {
    const amount = { denom: "uact", amount: String(deposit) };
    await wallet.send([
      message(MsgCreateDeploymentSchema, {
        id: { owner: tenant, dseq },
        groups: [...(compiled.groups ?? [])],
        hash: fromHex(compiled.versionHash) ?? new Uint8Array(),
        deposit: { amount, sources: [Source.balance] },
      }),
    ]);
  }

  async function lease(dseq: bigint, compiled: CompiledSdl, deposit: bigint): Promise<void> {
    await createDeployment(dseq, compiled, deposit);
    await until(async () => {
      const { bids } = await client.query(MarketQuery.method.bids, { filters: { owner: tenant, dseq } });
      return bids.length > 0 ? bids : undefined;
    }, "a bid");
    const bidId = create(BidIDSchema, { owner: tenant, dseq, gseq: 1, oseq: 1, provider });
    await wallet.send([message(MsgCreateLeaseSchema, { bidId })]);
    const sent = await call("PUT", `/deployment/${dseq}/manifest`, JSON.stringify(compiled.manifest));
    assert.deepEqual(sent, { status: 200, body: "" });
  }

  async function available(dseq: bigint): Promise<true | undefined> {
    const { status, body } = await call("GET", `/lease/${dseq}/1/1/status`);
    return status === 200 && JSON.parse(body).services.web.available === 1 ? true : undefined;
  }

  async function balance(address: string): Promise<bigint> {
    const answer = await client.query(BankQuery.method.balance, { address, denom: "uact" });
    return BigInt(answer.balance?.amount ?? "0");
  }

  async function leaseRow(dseq: bigint) {
    const id = create(LeaseIDSchema, { owner: tenant, dseq, gseq: 1, oseq: 1, provider });
    return (await client.query(MarketQuery.method.lease, { id })).lease;
  }

  it("serves until the money ends, at exactly that height, and pays every unit", async () => {
    const before = { tenant: await balance(tenant), provider: await balance(provider) };
    const deposit = 12n * rate + 500n;
    await lease(7n, compile(sdl(0.1)), deposit);
    await until(() => available(7n), "the service");
    const closed = await until(async () => {
      const row = await leaseRow(7n);
      return row?.state === Lease_State.insufficient_funds ? row : undefined;
    }, "the end of the lease");
    // Twelve whole blocks are covered; the thirteenth is short. A busy machine may miss that block by one.
    const end = closed.createdAt + 13n;
    assert.ok(closed.closedOn >= end && closed.closedOn <= end + 1n, `closed on ${closed.closedOn}, not ${end}`);
    const seen = node.height();
    await until(
      async () => ((await call("GET", "/lease/7/1/1/status")).status === 404 ? true : undefined),
      "its end here",
    );
    assert.ok(node.height() <= seen + 2n);
    assert.equal(await balance(provider), before.provider + deposit);
    assert.equal(await balance(tenant), before.tenant - deposit);
  });

  it("says why it does not bid", async () => {
    await createDeployment(8n, compile(sdl(300)), 100_000n);
    const view = await until(async () => {
      const { status, body } = await call("GET", `/stoa/v1/orders/${tenant}/8/1/1`);
      return status === 200 ? JSON.parse(body) : undefined;
    }, "a decision");
    assert.equal(view.state, "declined");
    assert.match(view.reasons.join(), /CPU/);
  });

  it("takes its leases up again after a restart", async () => {
    await lease(9n, compile(sdl(0.1)), 10_000_000n);
    await until(() => available(9n), "the service");
    await running.close({ stopContainers: true });
    running = await openProvider();
    await until(() => available(9n), "the service after the restart");
    const manifest = await call("GET", "/lease/9/1/1/manifest");
    assert.equal(JSON.parse(manifest.body)[0].services[0].name, "web");
  });
});
