import type { JsonValue } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { assert, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import {
  accountAddress,
  assembleTx,
  buildTx,
  type Coins,
  coinsToWire,
  type SinglePublicKey,
  txTypesOf,
} from "@stoa/wire";
import { registry } from "@stoa/wire/registry";
import { type PrivateKey, publicKeyOf, secp256k1PrivateKey, signDirect } from "@stoa/wire/wallet";
import type { FinalizeBlockResponse } from "../abci.ts";
import { Application } from "../application.ts";
import { defaultConsensusParams } from "../consensus-params.ts";
import type { CryptoPorts } from "../context.ts";
import { createModules } from "../modules.ts";

/** Somebody who signs. */
export interface Person {
  readonly name: string;
  readonly address: string;
  readonly privateKey: PrivateKey;
  readonly publicKey: SinglePublicKey;
  readonly accountNumber: bigint;
}

/** A message and who signs it. */
export interface SignedMessage {
  readonly signer: Person;
  readonly message: Any;
}

export interface MarketWorldParams {
  readonly crypto: CryptoPorts;
  /** Everybody's name; keys follow from names. */
  readonly names: readonly string[];
  /** What everybody holds at genesis, in canonical order; `feeDenom` comes on top. */
  readonly coins: Coins;
  /** False: signatures are zeros, for a verifier that accepts all. Half of the time goes into real ones. */
  readonly signed: boolean;
}

/** Fees have a denomination of their own, so that no other balance moves but by what is tested. */
export const feeDenom = "ufee";
const feePerTx = 1n;
const chainId = "market-world";
const genesisSeconds = 1_700_000_000n;
const gasLimit = 100_000_000n;
const txTypes = txTypesOf(registry);

function personOf(name: string, index: number, crypto: CryptoPorts): Person {
  const privateKey = secp256k1PrivateKey(crypto.hash.sha256(utf8(`person ${name}`)));
  assert(privateKey.ok, "a hash is no key");
  const publicKey = publicKeyOf(privateKey.value);
  const address = accountAddress(publicKey, crypto.hash);
  assert(address.ok, "a key has no address");
  return { name, address: address.value, privateKey: privateKey.value, publicKey, accountNumber: BigInt(index) };
}

function genesisOf(people: readonly Person[], coins: Coins): Uint8Array {
  const accounts = people.map(({ address, accountNumber }) => ({
    "@type": "/cosmos.auth.v1beta1.BaseAccount",
    address,
    pub_key: null,
    account_number: accountNumber.toString(),
    sequence: "0",
  }));
  const held = coinsToWire(
    [...coins, { denom: feeDenom, amount: 1_000_000n }].sort((a, b) => (a.denom < b.denom ? -1 : 1)),
  ).map(({ denom, amount }) => ({ denom, amount }));
  const state: JsonValue = {
    auth: { accounts },
    bank: { balances: people.map(({ address }) => ({ address, coins: held })) },
    // Small enough that accounts run dry within a test.
    deployment: {
      params: {
        min_deposits: [
          { denom: "uakt", amount: "10" },
          { denom: "uact", amount: "100" },
        ],
      },
    },
    market: {
      params: {
        bid_min_deposit: { denom: "uakt", amount: "0" },
        order_max_bids: 20,
        bid_min_deposits: [
          { denom: "uact", amount: "50" },
          { denom: "uakt", amount: "50" },
        ],
        min_reclamation_window: "1s",
        max_reclamation_window: "100s",
      },
    },
  };
  return utf8(JSON.stringify(state));
}

/** The state machine in memory with people who sign: what tests of whole flows, and of blocks, run on. */
export class MarketWorld {
  readonly people: readonly Person[];
  readonly app: Application;
  height = 0n;
  private readonly backend = new MemoryBackend();
  private readonly sequences = new Map<string, bigint>();
  private readonly signed: boolean;
  private seconds = genesisSeconds;

  constructor(params: MarketWorldParams) {
    const { crypto } = params;
    const modules = createModules(crypto);
    this.signed = params.signed;
    this.people = params.names.map((name, index) => personOf(name, index, crypto));
    this.app = Application.open({
      backend: this.backend,
      crypto,
      modules,
      ante: modules.ante({ types: txTypes, minGasPrices: [] }),
      keepVersions: 1n,
      prefix: Uint8Array.of(0x73),
      version: "",
    });
    this.app.initChain({
      time: { seconds: this.seconds, nanos: 0 },
      chainId,
      consensusParams: defaultConsensusParams,
      validators: [],
      appStateBytes: genesisOf(this.people, params.coins),
      initialHeight: 1n,
    });
    // The genesis state is committed, and can be read, with the first block.
    this.block([]);
  }

  /** The bytes of a transaction, signed by all who must, with their next sequences. */
  sign(messages: readonly SignedMessage[]): Uint8Array {
    const signers = [...new Set(messages.map(({ signer }) => signer))];
    const sequenceOf = ({ address }: Person): bigint => this.sequences.get(address) ?? 0n;
    const tx = buildTx({
      messages: messages.map(({ message }) => message),
      fee: { amount: [{ denom: feeDenom, amount: feePerTx }], gasLimit },
      signers: signers.map((signer) => ({ publicKey: signer.publicKey, sequence: sequenceOf(signer) })),
    });
    const signatures = signers.map(({ privateKey, accountNumber }) =>
      this.signed ? signDirect(tx, { privateKey, chainId, accountNumber }) : new Uint8Array(64),
    );
    for (const signer of signers) this.sequences.set(signer.address, sequenceOf(signer) + 1n);
    return assembleTx(tx, signatures);
  }

  /** Computes and commits the next block. */
  block(txs: readonly Uint8Array[], blockSeconds = 1n): FinalizeBlockResponse {
    this.height += 1n;
    this.seconds += blockSeconds;
    const response = this.app.finalizeBlock({
      txs,
      decidedLastCommit: { round: 0, votes: [] },
      misbehavior: [],
      hash: new Uint8Array(),
      height: this.height,
      time: { seconds: this.seconds, nanos: 0 },
      nextValidatorsHash: new Uint8Array(),
      proposerAddress: new Uint8Array(20),
    });
    // The memory backend writes at once; its promise only says so.
    void this.backend.write(this.app.commit().operations);
    this.app.committed();
    return response;
  }

  /** Reads everybody's sequence from the state, after transactions that were refused before they counted. */
  relearnSequences(): void {
    const { auth } = this.app.exportGenesis() as {
      readonly auth: { readonly accounts: readonly { readonly address?: string; readonly sequence?: string }[] };
    };
    for (const { address, sequence } of auth.accounts) {
      if (address !== undefined) this.sequences.set(address, BigInt(sequence ?? "0"));
    }
  }
}
