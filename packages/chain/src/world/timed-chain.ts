import type { JsonValue } from "@bufbuild/protobuf";
import { assert, type Prng, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import { accountAddress, accountText, assembleTx, buildTx, txTypesOf } from "@stoa/wire";
import { registry } from "@stoa/wire/registry";
import { publicKeyOf, secp256k1PrivateKey, signDirect } from "@stoa/wire/wallet";
import { readTransaction } from "../ante/transaction.ts";
import { Application } from "../application.ts";
import { defaultConsensusParams } from "../consensus-params.ts";
import type { CryptoPorts } from "../context.ts";
import type { Module } from "../module.ts";
import { createModules } from "../modules.ts";
import type { Person, SignedMessage } from "./market-world.ts";

/** Where the time of one block went, in milliseconds. */
export interface BlockTimes {
  readonly total: number;
  /** Reading the bytes of the transactions. */
  readonly decode: number;
  /** Fees, keys, sequences, gas: all of the ante chain but the signatures. */
  readonly ante: number;
  /** Verifying signatures. */
  readonly verify: number;
  /** Messages, events, results. */
  readonly execute: number;
  /** Invariants, the trees' changes and all hashes. */
  readonly tree: number;
  /** The batch: nodes of the trees, on a backend in memory. */
  readonly commit: number;
}

export interface TimedChainParams {
  readonly crypto: CryptoPorts;
  readonly nowMs: () => number;
  /** Accounts that can sign. */
  readonly signers: number;
  /** Accounts at genesis in all; those that cannot sign have random addresses. */
  readonly accounts: number;
  readonly prng: Prng;
}

const chainId = "timed-chain";
const feeDenom = "uakt";
const feePerTx = 5_000n;
const gasLimit = 1_000_000n;
const genesisSeconds = 1_700_000_000n;
const held = 10n ** 15n;
const addressBytes = 20;
const txTypes = txTypesOf(registry);

/** The state machine in memory, with people who sign and a clock at every seam: what benches run. */
export class TimedChain {
  readonly people: readonly Person[];
  /** Everybody who has money. */
  readonly addresses: readonly string[];
  readonly app: Application;
  height = 0n;
  private readonly nowMs: () => number;
  private readonly backend = new MemoryBackend();
  private readonly sequences = new Map<string, bigint>();
  private verifyMs = 0;
  private endedMs = 0;

  constructor(params: TimedChainParams) {
    const { crypto, nowMs, prng } = params;
    this.nowMs = nowMs;
    this.people = Array.from({ length: params.signers }, (_, i) => personOf(i, crypto));
    const others = Array.from({ length: params.accounts - params.signers }, () =>
      accountText(prng.bytes(addressBytes)),
    );
    this.addresses = [...this.people.map(({ address }) => address), ...others];
    const verifier: CryptoPorts["verifier"] = {
      verify: (...question) => {
        const started = nowMs();
        const answer = crypto.verifier.verify(...question);
        this.verifyMs += nowMs() - started;
        return answer;
      },
    };
    const modules = createModules({ hash: crypto.hash, verifier });
    const mark: Module = {
      name: "clock",
      endBlock: () => {
        this.endedMs = nowMs();
      },
    };
    this.app = Application.open({
      backend: this.backend,
      crypto: { hash: crypto.hash, verifier },
      modules: { ...modules, endBlock: [...modules.endBlock, mark] },
      ante: modules.ante({ types: txTypes, minGasPrices: [] }),
      keepVersions: 1n,
      prefix: utf8("app/"),
      version: "",
    });
    this.app.initChain({
      time: { seconds: genesisSeconds, nanos: 0 },
      chainId,
      consensusParams: defaultConsensusParams,
      validators: [],
      appStateBytes: genesisOf(this.addresses),
      initialHeight: 1n,
    });
    this.block([]);
  }

  /** Bytes of a transaction, signed by all who must, with their next sequences. */
  sign(messages: readonly SignedMessage[]): Uint8Array {
    const signers = [...new Set(messages.map(({ signer }) => signer))];
    const sequenceOf = ({ address }: Person): bigint => this.sequences.get(address) ?? 0n;
    const tx = buildTx({
      messages: messages.map(({ message }) => message),
      fee: { amount: [{ denom: feeDenom, amount: feePerTx }], gasLimit: gasLimit * BigInt(messages.length) },
      signers: signers.map((signer) => ({ publicKey: signer.publicKey, sequence: sequenceOf(signer) })),
    });
    const signatures = signers.map(({ privateKey, accountNumber }) =>
      signDirect(tx, { privateKey, chainId, accountNumber }),
    );
    for (const signer of signers) this.sequences.set(signer.address, sequenceOf(signer) + 1n);
    return assembleTx(tx, signatures);
  }

  /**
   * Computes and commits the next block and says where its time went. Decoding and checks are timed by doing them once
   * more beforehand, as a node does when a transaction reaches its mempool; every transaction must succeed.
   */
  block(txs: readonly Uint8Array[]): BlockTimes {
    const decode = this.timed(() => {
      for (const tx of txs) readTransaction(tx, txTypes);
    });
    this.verifyMs = 0;
    const check = this.timed(() => {
      for (const tx of txs) this.app.checkTx({ tx, recheck: false });
    });
    const ante = Math.max(0, check - decode - this.verifyMs);
    this.verifyMs = 0;
    this.height += 1n;
    const started = this.nowMs();
    const { txResults } = this.app.finalizeBlock({
      txs: [...txs],
      decidedLastCommit: { round: 0, votes: [] },
      misbehavior: [],
      hash: new Uint8Array(),
      height: this.height,
      time: { seconds: genesisSeconds + this.height, nanos: 0 },
      nextValidatorsHash: new Uint8Array(),
      proposerAddress: new Uint8Array(addressBytes),
    });
    const finalized = this.nowMs();
    // The memory backend writes at once; its promise only says so.
    void this.backend.write(this.app.commit().operations);
    this.app.committed();
    const commit = this.nowMs() - finalized;
    const failed = txResults.find(({ code }) => code !== 0);
    assert(failed === undefined, `a transaction failed: ${failed?.log}`);
    const verify = this.verifyMs;
    const execute = Math.max(0, this.endedMs - started - decode - ante - verify);
    const tree = finalized - this.endedMs;
    return { total: finalized - started + commit, decode, ante, verify, execute, tree, commit };
  }

  private timed(work: () => void): number {
    const started = this.nowMs();
    work();
    return this.nowMs() - started;
  }
}

function personOf(index: number, crypto: CryptoPorts): Person {
  const privateKey = secp256k1PrivateKey(crypto.hash.sha256(utf8(`signer-${index}`)));
  assert(privateKey.ok, "a hash is no key");
  const publicKey = publicKeyOf(privateKey.value);
  const address = accountAddress(publicKey, crypto.hash);
  assert(address.ok, "a key has no address");
  const name = `signer-${index}`;
  return { name, address: address.value, privateKey: privateKey.value, publicKey, accountNumber: BigInt(index) };
}

function genesisOf(addresses: readonly string[]): Uint8Array {
  const minDeposits = ["uact", "uakt"].map((denom) => ({ denom, amount: "500000" }));
  const coins = ["uact", "uakt"].map((denom) => ({ denom, amount: held.toString() }));
  const state: JsonValue = {
    auth: {
      accounts: addresses.map((address, i) => ({
        "@type": "/cosmos.auth.v1beta1.BaseAccount",
        address,
        pub_key: null,
        account_number: i.toString(),
        sequence: "0",
      })),
    },
    bank: { balances: addresses.map((address) => ({ address, coins })) },
    // The reference's defaults (market-modules.md §§4.3, 5.5).
    deployment: { params: { min_deposits: minDeposits } },
    market: {
      params: {
        bid_min_deposit: { denom: "uakt", amount: "500000" },
        order_max_bids: 20,
        bid_min_deposits: minDeposits,
        min_reclamation_window: "3600s",
        max_reclamation_window: "2592000s",
      },
    },
  };
  return utf8(JSON.stringify(state));
}
