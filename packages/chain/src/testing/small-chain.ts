import type { Any } from "@bufbuild/protobuf/wkt";
import { assert, Dec, type Hash, utf8, type Verifier } from "@stoa/std";
import { type Backend, MemoryBackend } from "@stoa/store";
import { accountAddress, type Coins, coinsToWire, newMessage, txTypesOf } from "@stoa/wire";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { registry } from "@stoa/wire/registry";
import { type PrivateKey, publicKeyOf, secp256k1PrivateKey, signSingle } from "@stoa/wire/wallet";
import type { FinalizeBlockRequest, FinalizeBlockResponse } from "../abci.ts";
import { Application } from "../application.ts";
import { defaultConsensusParams } from "../consensus-params.ts";
import { type ChainModules, createModules } from "../modules.ts";

/*
 * A chain of a few people with coins, for tests of the application and the base modules.
 */

export const chainId = "small-1";
const genesisSeconds = 1_700_000_000n;
/** Plenty for every transaction of these tests. */
export const gasLimit = 1_000_000n;
const txTypes = txTypesOf(registry);

/** Parameters that modules have no defaults for. */
const parameters = {
  deployment: { params: { min_deposits: [{ denom: "uact", amount: "500000" }] } },
  market: {
    params: {
      bid_min_deposit: { denom: "uact", amount: "500000" },
      bid_min_deposits: [{ denom: "uact", amount: "500000" }],
      order_max_bids: 20,
      min_reclamation_window: "3600s",
      max_reclamation_window: "2592000s",
    },
  },
};

export interface Person {
  readonly address: string;
  readonly key: PrivateKey;
  readonly number: bigint;
}

export interface SmallChainParams {
  readonly hash: Hash;
  readonly verifier: Verifier;
  readonly people: number;
  readonly coins: Coins;
  readonly backend?: Backend;
  /** Sections of the genesis state that replace or join ours. */
  readonly sections?: Readonly<Record<string, unknown>>;
  readonly ignoredSections?: readonly string[];
  /** Changes the list of modules. */
  readonly adapt?: (modules: ChainModules) => ChainModules;
}

export class SmallChain {
  readonly app: Application;
  readonly backend: Backend;
  readonly people: readonly Person[];
  private readonly params: SmallChainParams;
  height = 0n;
  /** Sequences as the tests expect them. */
  readonly sequences = new Map<string, bigint>();

  constructor(params: SmallChainParams) {
    this.params = params;
    this.backend = params.backend ?? new MemoryBackend();
    const crypto = { hash: params.hash, verifier: params.verifier };
    const usual = createModules(crypto);
    const modules = params.adapt?.(usual) ?? usual;
    this.app = Application.open({
      backend: this.backend,
      crypto,
      modules,
      ante: modules.ante({ types: txTypes, minGasPrices: [{ denom: "uakt", amount: Dec.of("0.01") }] }),
      keepVersions: 10n,
      prefix: utf8("s"),
      version: "test",
      ...(params.ignoredSections === undefined ? {} : { ignoredSections: params.ignoredSections }),
    });
    this.people = Array.from({ length: params.people }, (_, i) => this.person(i));
    this.height = this.app.info().lastBlockHeight;
  }

  private person(index: number): Person {
    const key = secp256k1PrivateKey(this.params.hash.sha256(utf8(`small ${index}`)));
    assert(key.ok, "a hash is no key");
    const address = accountAddress(publicKeyOf(key.value), this.params.hash);
    assert(address.ok, "a key has no address");
    return { address: address.value, key: key.value, number: BigInt(index) };
  }

  who(index: number): Person {
    const person = this.people[index];
    assert(person !== undefined, `there is nobody ${index}`);
    return person;
  }

  /** Begins the chain; throws what the genesis cannot be. */
  begin(): void {
    const accounts = this.people.map(({ address, number }) => ({
      "@type": "/cosmos.auth.v1beta1.BaseAccount",
      address,
      pub_key: null,
      account_number: number.toString(),
      sequence: "0",
    }));
    const balances = this.people.map(({ address }) => ({ address, coins: coinsToWire(this.params.coins) }));
    const state = { ...parameters, auth: { accounts }, bank: { balances }, ...this.params.sections };
    this.app.initChain({
      time: { seconds: genesisSeconds, nanos: 0 },
      chainId,
      consensusParams: defaultConsensusParams,
      validators: [],
      appStateBytes: utf8(JSON.stringify(state)),
      initialHeight: 1n,
    });
  }

  /** A signed transaction with the person's next sequence. */
  sign(from: Person, messages: readonly Any[], fee = 10_000n, gas = gasLimit): Uint8Array {
    const sequence = this.sequences.get(from.address) ?? 0n;
    this.sequences.set(from.address, sequence + 1n);
    const draft = { messages, fee: { amount: fee === 0n ? [] : [{ denom: "uakt", amount: fee }], gasLimit: gas } };
    return signSingle(draft, { privateKey: from.key, chainId, accountNumber: from.number, sequence });
  }

  send(from: number, to: number, amount: bigint, denom = "uakt", fee = 10_000n): Uint8Array {
    const [sender, receiver] = [this.who(from), this.who(to)];
    const coins = [{ denom, amount: amount.toString() }];
    const fields = { fromAddress: sender.address, toAddress: receiver.address, amount: coins };
    return this.sign(sender, [newMessage(MsgSendSchema, fields)], fee);
  }

  /** What the state machine is told of the next block. */
  request(txs: readonly Uint8Array[]): FinalizeBlockRequest {
    const height = this.height + 1n;
    return {
      txs,
      decidedLastCommit: { round: 0, votes: [] },
      misbehavior: [],
      hash: new Uint8Array(),
      height,
      time: { seconds: genesisSeconds + height * 6n, nanos: 0 },
      nextValidatorsHash: new Uint8Array(),
      proposerAddress: new Uint8Array(20),
    };
  }

  /** Computes the next block without committing it. */
  compute(txs: readonly Uint8Array[]): FinalizeBlockResponse {
    return this.app.finalizeBlock(this.request(txs));
  }

  /** Computes and commits the next block. The backend must write at once, as the one in memory does. */
  block(txs: readonly Uint8Array[]): FinalizeBlockResponse {
    const response = this.compute(txs);
    void this.backend.write(this.app.commit().operations);
    this.app.committed();
    this.height += 1n;
    return response;
  }
}
