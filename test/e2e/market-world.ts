/** A chain in this process with a tenant and a provider's account on it: the ground of end-to-end tests of leases. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { Broadcaster, ChainClient, fullAccess, message, newToken } from "@stoa/client";
import { loadConfig, nativeHash, systemClock, systemTimers } from "@stoa/host";
import { initNodeHome, nodeConfigSchema, type RunningNode, startNode } from "@stoa/node";
import { type ProviderParams, providerConfig, providerParams } from "@stoa/provider";
import { type CompiledSdl, compileSdl } from "@stoa/sdl";
import { fromHex, type Log, silentLog } from "@stoa/std";
import { accountText, addressOf, secp256k1Key } from "@stoa/wire";
import { Source } from "@stoa/wire/akash.base.deposit.v1";
import { MsgCloseDeploymentSchema, MsgCreateDeploymentSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { BidIDSchema } from "@stoa/wire/akash.market.v1";
import { Query as MarketQuery, MsgCreateLeaseSchema } from "@stoa/wire/akash.market.v1beta5";
import { type PrivateKey, publicKeyOf, signMessage } from "@stoa/wire/wallet";

const chainId = "stoa-lease-e2e";
/** Longest wait for an answer of a provider. */
const answerMs = 20_000;

/** A key that is the same in every run. */
function keyOf(seed: number): PrivateKey {
  return { type: "secp256k1", secret: nativeHash.sha256(new Uint8Array([seed])) };
}

function addressOfKey(key: PrivateKey): string {
  return accountText(addressOf(secp256k1Key(publicKeyOf(key).key), nativeHash) ?? new Uint8Array());
}

const tenantKey = keyOf(1);
const providerKey = keyOf(2);
export const tenant = addressOfKey(tenantKey);
export const provider = addressOfKey(providerKey);

export function compile(text: string): CompiledSdl {
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

async function openNode(root: string, rpcPort: number, blockIntervalMs: number): Promise<RunningNode> {
  const config = loadConfig(nodeConfigSchema, { file: { rpcPort, grpcPort: 0, restPort: 0, blockIntervalMs } });
  assert.ok(config.ok);
  return startNode({ home: join(root, "node"), config: config.value.values, log: silentLog });
}

/** What to change about a provider's settings; the rest is fit for a test. */
type Settings = Readonly<Record<string, unknown>>;

export class MarketWorld {
  readonly root: string;
  node: RunningNode;
  readonly client: ChainClient;
  readonly wallet: Broadcaster;
  readonly #blockIntervalMs: number;
  /** Where the provider's gateway answers now. */
  hostUri = "";

  private constructor(root: string, node: RunningNode, blockIntervalMs: number) {
    this.root = root;
    this.node = node;
    this.#blockIntervalMs = blockIntervalMs;
    this.client = new ChainClient({ url: node.rpcUrl, fetch, timers: systemTimers });
    const sign = (bytes: Uint8Array) => signMessage(tenantKey, bytes);
    const signer = { address: tenant, publicKey: publicKeyOf(tenantKey).key, sign };
    this.wallet = new Broadcaster({ client: this.client, signer, timers: systemTimers });
  }

  static async open(blockIntervalMs: number): Promise<MarketWorld> {
    const root = mkdtempSync(join(tmpdir(), "stoa-e2e-"));
    initNodeHome({ home: join(root, "node"), chainId, genesisTime: systemClock.nowNs(), appState: appState() });
    return new MarketWorld(root, await openNode(root, 0, blockIntervalMs), blockIntervalMs);
  }

  /** Stops the chain for a while and starts it again at the same address. */
  async pauseChain(pauseMs: number): Promise<void> {
    const port = Number(new URL(this.node.rpcUrl).port);
    await this.node.close();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    this.node = await openNode(this.root, port, this.#blockIntervalMs);
  }

  async close(): Promise<void> {
    await this.node.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Settings of the one provider, which bids what the tenant would pay at most. */
  providerFile(changes: Settings): Settings {
    const prices = JSON.stringify({ uact: { kind: "share", ofCeiling: "1" } });
    return {
      rpc: this.node.rpcUrl,
      gatewayPort: 0,
      grpcPort: 0,
      blockIntervalMs: this.#blockIntervalMs,
      prices,
      ...changes,
    };
  }

  /** Calls the gateway as the tenant. Who answers is checked elsewhere; here only what. */
  call(method: string, path: string, body?: string): Promise<{ status: number; body: string }> {
    const nowSeconds = BigInt(Math.floor(Date.now() / 1000));
    const wishes = { owner: tenant, nowSeconds, lifetimeSeconds: 60n, leases: fullAccess, audience: [] };
    const token = newToken(wishes, (bytes) => signMessage(tenantKey, bytes));
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` };
      const options = { method, rejectUnauthorized: false, headers, signal: AbortSignal.timeout(answerMs) };
      const asked = request(new URL(path, this.hostUri), options, (answer) => {
        let text = "";
        answer.on("data", (part) => {
          text += part;
        });
        answer.on("error", reject);
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text }));
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  async createDeployment(dseq: bigint, compiled: CompiledSdl, deposit: bigint): Promise<void> {
    const amount = { denom: "uact", amount: String(deposit) };
    await this.wallet.send([
      message(MsgCreateDeploymentSchema, {
        id: { owner: tenant, dseq },
        groups: [...(compiled.groups ?? [])],
        hash: fromHex(compiled.versionHash) ?? new Uint8Array(),
        deposit: { amount, sources: [Source.balance] },
      }),
    ]);
  }

  async closeDeployment(dseq: bigint): Promise<void> {
    await this.wallet.send([message(MsgCloseDeploymentSchema, { id: { owner: tenant, dseq } })]);
  }

  /** The whole way from an SDL to a manifest that the provider took. */
  async lease(dseq: bigint, compiled: CompiledSdl, deposit: bigint): Promise<void> {
    await this.createDeployment(dseq, compiled, deposit);
    await until(async () => {
      const { bids } = await this.client.query(MarketQuery.method.bids, { filters: { owner: tenant, dseq } });
      return bids.length > 0 ? bids : undefined;
    }, "a bid");
    const bidId = create(BidIDSchema, { owner: tenant, dseq, gseq: 1, oseq: 1, provider });
    await this.wallet.send([message(MsgCreateLeaseSchema, { bidId })]);
    const sent = await this.call("PUT", `/deployment/${dseq}/manifest`, JSON.stringify(compiled.manifest));
    assert.deepEqual(sent, { status: 200, body: "" });
  }

  /** True once the one service of a lease runs. */
  async available(dseq: bigint): Promise<true | undefined> {
    const { status, body } = await this.call("GET", `/lease/${dseq}/1/1/status`);
    return status === 200 && JSON.parse(body).services.web.available === 1 ? true : undefined;
  }
}

/** What a provider in this world needs, from its settings. */
export function paramsOf(file: Settings, home: string, homeId: string, log: Log): ProviderParams {
  const config = loadConfig(providerConfig, { file });
  assert.ok(config.ok);
  const { DOCKER_HOST: dockerHost } = process.env;
  const params = providerParams(config.value.values, { home, homeId, key: providerKey, version: "0", log, dockerHost });
  assert.ok(params.ok);
  return params.value;
}

/** Asks until there is an answer. */
export async function until<T>(ask: () => Promise<T | undefined>, what: string, seconds = 20): Promise<T> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing came: ${what}`);
}
