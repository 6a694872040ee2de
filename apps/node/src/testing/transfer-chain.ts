import { defaultConsensusParams } from "@stoa/consensus";
import { nativeHash, SignatureWorkers, systemClock, systemTimers } from "@stoa/host";
import { silentLog, utf8 } from "@stoa/std";
import { type Backend, MemoryBackend } from "@stoa/store";
import { accountAddress, assembleTx, buildTx, newMessage, type SinglePublicKey } from "@stoa/wire";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { type PrivateKey, publicKeyOf, secp256k1PrivateKey, signDirect } from "@stoa/wire/wallet";
import { EmbeddedEngine } from "../engines/embedded/embedded-engine.ts";
import type { Engine } from "../engines/engine.ts";
import type { EventIndex } from "../event-index/event-index.ts";
import { SqliteEventIndex } from "../event-index/sqlite-event-index.ts";
import { signerOfSeed } from "../home/validator-key.ts";
import { checksAhead, openApplication, openVerifier } from "../open-application.ts";
import { startRpcServer } from "../servers/rpc/rpc-server.ts";
import { ManualTime } from "./manual-time.ts";

const chainId = "stoa-bench-1";

/** Somebody with a key and coins. */
export interface Sender {
  readonly address: string;
  readonly privateKey: PrivateKey;
  readonly publicKey: SinglePublicKey;
  readonly accountNumber: bigint;
}

/** The sender with this number; equal numbers give equal senders. */
export function senderOf(index: number): Sender {
  const privateKey = secp256k1PrivateKey(nativeHash.sha256(utf8(`sender ${index}`)));
  if (!privateKey.ok) throw new Error("a hash is no key");
  const publicKey = publicKeyOf(privateKey.value);
  const address = accountAddress(publicKey, nativeHash);
  if (!address.ok) throw new Error("a key has no address");
  return { address: address.value, privateKey: privateKey.value, publicKey, accountNumber: BigInt(index) };
}

/** The check of a transfer as it comes out when all is well, but for its events. */
const passed = {
  code: 0,
  data: new Uint8Array(),
  log: "",
  info: "",
  gasWanted: 200_000n,
  gasUsed: 60_000n,
  events: [],
  codespace: "",
};

interface TransferChainWishes {
  /** In memory if not given; closed with the chain. */
  readonly backend?: Backend;
  readonly index?: EventIndex;
  /** What the RPC answers from, in place of the engine itself. */
  readonly served?: (engine: Engine) => Engine;
  /** Every transaction passes its check unread: what is left is the way to the state machine and back. */
  readonly checksStubbed?: boolean;
  /** Threads that verify signatures ahead; as many as a node here has if not given. */
  readonly signatureThreads?: number;
}

/**
 * A node whose blocks come when they are asked for, so that nothing else is timed. `commits` holds when each height was
 * committed, in milliseconds since the epoch.
 */
export async function startTransferChain(senders: readonly Sender[], wishes: TransferChainWishes = {}) {
  const { backend = new MemoryBackend(), index = SqliteEventIndex.open(":memory:"), served } = wishes;
  const accounts = senders.map(({ address, accountNumber }) => ({
    "@type": "/cosmos.auth.v1beta1.BaseAccount",
    address,
    pub_key: null,
    account_number: String(accountNumber),
    sequence: "0",
  }));
  const coins = [{ denom: "uakt", amount: "1000000000000" }];
  const balances = senders.map(({ address }) => ({ address, coins }));
  const appStateJson = { auth: { accounts }, bank: { balances, supply: [] } };
  const signer = signerOfSeed(new Uint8Array(32).fill(5));
  const genesis = {
    chainId,
    time: systemClock.nowNs() - 60_000_000_000n,
    initialHeight: 1n,
    params: defaultConsensusParams,
    validators: [{ publicKey: signer.publicKey, power: 10n, name: "one" }],
    appState: utf8(JSON.stringify(appStateJson)),
    appStateJson,
  };
  const time = new ManualTime(systemClock.nowNs());
  const parts = { hash: nativeHash, log: silentLog };
  const verifier = openVerifier(silentLog);
  const { signatureThreads: count } = wishes;
  const workers = new SignatureWorkers({ verifier, log: silentLog, ...(count === undefined ? {} : { count }) });
  const stateMachine = openApplication({
    backend,
    initialHeight: 1n,
    minGasPrices: [],
    keepVersions: 10,
    ignoredSections: [],
    log: silentLog,
    verifier,
  });
  if (wishes.checksStubbed === true) stateMachine.checkTx = () => passed;
  const engine = new EmbeddedEngine({
    ...parts,
    backend,
    stateMachine,
    ...checksAhead(stateMachine, workers),
    genesis,
    signer,
    clock: time,
    timers: time,
    blockIntervalMs: 1_000,
    emptyBlocks: true,
    index,
  });
  await engine.start();
  const commits = new Map<number, number>();
  // Before the server's own listener, so that its work counts.
  engine.onBlock(({ block }) => {
    commits.set(Number(block.header.height), performance.timeOrigin + performance.now());
  });
  const identity = {
    nodeId: "00".repeat(20),
    moniker: "bench",
    listenAddress: "tcp://127.0.0.1:26656",
    appVersion: "1",
  };
  const context = {
    ...parts,
    engine: served?.(engine) ?? engine,
    genesis,
    identity,
    clock: systemClock,
    timers: systemTimers,
  };
  const rpc = await startRpcServer({ host: "127.0.0.1", port: 0, context });
  const makeBlocks = async (): Promise<void> => {
    while ((await engine.mempool(0)).total > 0) {
      const { height } = engine;
      await time.step();
      while (engine.height === height) await new Promise(setImmediate);
    }
  };
  const close = async (): Promise<void> => {
    await engine.stop();
    await workers.close();
    await rpc.close(0);
    await index.close();
    await backend.close();
  };
  return { rpc, makeBlocks, engine, commits, close };
}

/** The bytes of a transfer of one unit, signed. */
export function transfer(sender: Sender, toAddress: string, sequence: bigint): Uint8Array {
  const { publicKey, privateKey, accountNumber, address: fromAddress } = sender;
  const value = { fromAddress, toAddress, amount: [{ denom: "uakt", amount: "1" }] };
  const fee = { amount: [{ denom: "uakt", amount: 5_000n }], gasLimit: 200_000n };
  const tx = buildTx({ messages: [newMessage(MsgSendSchema, value)], fee, signers: [{ publicKey, sequence }] });
  return assembleTx(tx, [signDirect(tx, { privateKey, chainId, accountNumber })]);
}
