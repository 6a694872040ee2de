import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Any } from "@bufbuild/protobuf/wkt";
import { loadConfig, nativeHash, Scope, systemClock } from "@stoa/host";
import { silentLog, toBase64, utf8 } from "@stoa/std";
import { accountAddress, assembleTx, buildTx, consensusText, type SinglePublicKey, validatorText } from "@stoa/wire";
import { type PrivateKey, publicKeyOf, secp256k1PrivateKey, signDirect } from "@stoa/wire/wallet";
import { initNodeHome } from "../home/node-home.ts";
import { signerOfSeed } from "../home/validator-key.ts";
import { type RunningNode, startNode } from "../main.ts";
import { nodeConfigSchema } from "../node-config.ts";

/** What calls back when it is over, such as a test. */
export interface Lifetime {
  after(end: () => Promise<void>): void;
}

/** Somebody with a key. */
export interface Person {
  readonly name: string;
  readonly address: string;
  readonly privateKey: PrivateKey;
  readonly publicKey: SinglePublicKey;
  readonly accountNumber: bigint;
}

const chainId = "stoa-query-1";
const blockIntervalMs = 40;
const validatorSeed = new Uint8Array(32).fill(9);

function personOf(name: string, index: number): Person {
  const privateKey = secp256k1PrivateKey(nativeHash.sha256(utf8(`person ${name}`)));
  if (!privateKey.ok) throw new Error("a hash is no key");
  const publicKey = publicKeyOf(privateKey.value);
  const address = accountAddress(publicKey, nativeHash);
  if (!address.ok) throw new Error("a key has no address");
  return { name, address: address.value, privateKey: privateKey.value, publicKey, accountNumber: BigInt(index) };
}

function metadata(base: string, display: string, units: readonly (readonly [string, number])[], name: string) {
  const denomUnits = units.map(([denom, exponent]) => ({ denom, exponent, aliases: [] }));
  const symbol = base.slice(1).toUpperCase();
  return { description: name, denom_units: denomUnits, base, display, name, symbol, uri: "", uri_hash: "" };
}

function appState(people: readonly Person[]): Record<string, unknown> {
  const coins = ["uact", "uakt"].map((denom) => ({ denom, amount: "100000000000" }));
  const accounts = people.map(({ address, accountNumber }) => ({
    "@type": "/cosmos.auth.v1beta1.BaseAccount",
    address,
    pub_key: null,
    account_number: String(accountNumber),
    sequence: "0",
  }));
  const minDeposits = ["uakt", "uact"].map((denom) => ({ denom, amount: "500000" }));
  const bidDeposits = minDeposits.toReversed();
  return {
    auth: { accounts },
    bank: {
      balances: people.map(({ address }) => ({ address, coins })),
      supply: [],
      denom_metadata: [
        metadata(
          "uakt",
          "akt",
          [
            ["uakt", 0],
            ["akt", 6],
          ],
          "Akash Native Token",
        ),
        metadata(
          "uact",
          "uact",
          [
            ["uact", 0],
            ["mact", 3],
            ["act", 6],
          ],
          "Akash Compute Token",
        ),
      ],
    },
    deployment: { deployments: [], params: { min_deposits: minDeposits } },
    market: {
      params: {
        bid_min_deposit: { denom: "uakt", amount: "500000" },
        order_max_bids: 20,
        bid_min_deposits: bidDeposits,
        min_reclamation_window: "3600s",
        max_reclamation_window: "2592000s",
      },
    },
  };
}

/** A network whose state is of the kinds that the recorded network had (shared/vectors/surface). */
export class QueryWorld {
  readonly node: RunningNode;
  readonly restUrl: string;
  readonly grpcUrl: string;
  readonly tenant: Person;
  readonly provider: Person;
  readonly grantee: Person;
  readonly other: Person;
  readonly validator: { readonly operator: string; readonly consensus: string; readonly account: string };
  /** Height and hash of a payment of the tenant to itself. */
  payment = { height: 0n, hash: "" };
  /** Height of a block without transactions, which is not the last. */
  idle = 0n;
  private readonly sequences = new Map<string, bigint>();

  private constructor(node: RunningNode, people: readonly Person[]) {
    const [tenant, provider, grantee, other] = people;
    if (tenant === undefined || provider === undefined || grantee === undefined || other === undefined) {
      throw new Error("somebody is missing");
    }
    this.node = node;
    this.restUrl = node.restUrl ?? "";
    this.grpcUrl = node.grpcUrl ?? "";
    [this.tenant, this.provider, this.grantee, this.other] = [tenant, provider, grantee, other];
    const { address } = signerOfSeed(validatorSeed);
    this.validator = {
      operator: validatorText(address),
      consensus: consensusText(address),
      account: other.address,
    };
  }

  /** Starts the network, in which nothing has happened yet; ends with its lifetime. */
  static async start(lifetime: Lifetime, more: Readonly<Record<string, unknown>> = {}): Promise<QueryWorld> {
    const home = mkdtempSync(join(tmpdir(), "stoa-query-"));
    const scope = new Scope();
    lifetime.after(() => scope.close());
    scope.defer("home", () => rmSync(home, { recursive: true, force: true }));
    const people = ["tenant", "provider", "grantee", "other"].map(personOf);
    const genesisTime = systemClock.nowNs() - 10_000_000_000n;
    initNodeHome({ home, chainId, genesisTime, appState: appState(people), validatorSeed });
    const settings = { rpcPort: 0, grpcPort: 0, restPort: 0, blockIntervalMs, moniker: "n0", ...more };
    const config = loadConfig(nodeConfigSchema, { file: settings });
    if (!config.ok) throw new Error(JSON.stringify(config.error));
    const node = scope.add("node", await startNode({ home, config: config.value.values, log: silentLog }));
    return new QueryWorld(node, people);
  }

  /** Signs and sends over REST, and waits for the block. */
  async send(signer: Person, messages: readonly Any[], memo = ""): Promise<{ height: bigint; hash: string }> {
    const { tx_response: sent } = (await this.post("/cosmos/tx/v1beta1/txs", {
      tx_bytes: toBase64(this.sign(signer, messages, memo)),
      mode: "BROADCAST_MODE_SYNC",
    })) as { readonly tx_response: { readonly code: number; readonly raw_log: string; readonly txhash: string } };
    if (sent.code !== 0) throw new Error(sent.raw_log);
    for (;;) {
      const answer = await fetch(`${this.restUrl}/cosmos/tx/v1beta1/txs/${sent.txhash}`);
      const body = (await answer.json()) as { tx_response?: { height: string; code: number; raw_log: string } };
      const found = body.tx_response;
      if (found !== undefined && found.code !== 0) throw new Error(found.raw_log);
      if (found !== undefined) return { height: BigInt(found.height), hash: sent.txhash };
      await new Promise((resolve) => setTimeout(resolve, blockIntervalMs / 2));
    }
  }

  /** The bytes of a transaction with the signer's next sequence. */
  sign(signer: Person, messages: readonly Any[], memo = ""): Uint8Array {
    const { publicKey, privateKey, accountNumber, address } = signer;
    const sequence = this.sequences.get(address) ?? 0n;
    this.sequences.set(address, sequence + 1n);
    const fee = { amount: [{ denom: "uakt", amount: 5_000n }], gasLimit: 1_000_000n };
    const tx = buildTx({ messages, memo, fee, signers: [{ publicKey, sequence }] });
    return assembleTx(tx, [signDirect(tx, { privateKey, chainId, accountNumber })]);
  }

  async post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`${this.restUrl}${path}`, { method: "POST", body: JSON.stringify(body) });
    return answer.json();
  }

  /** Waits until the chain is past a height. */
  async pass(height: bigint): Promise<void> {
    while (this.node.height() <= height) await new Promise((resolve) => setTimeout(resolve, blockIntervalMs));
  }
}
