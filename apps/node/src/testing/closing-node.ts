import type { TestContext } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Application, createModules } from "@stoa/chain";
import { closingModule, withClosing } from "@stoa/chain/world";
import { defaultConsensusParams } from "@stoa/consensus";
import { createNativeVerifier, nativeHash, systemClock, systemTimers } from "@stoa/host";
import { silentLog, type Timers, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import { accountAddress, newMessage, txTypesOf } from "@stoa/wire";
import { LeaseIDSchema } from "@stoa/wire/akash.market.v1";
import { MsgCloseLeaseSchema } from "@stoa/wire/akash.market.v1beta5";
import { registry } from "@stoa/wire/registry";
import { publicKeyOf, secp256k1PrivateKey, signSingle } from "@stoa/wire/wallet";
import { EmbeddedEngine } from "../engines/embedded/embedded-engine.ts";
import { SqliteEventIndex } from "../event-index/sqlite-event-index.ts";
import { signerOfSeed } from "../home/validator-key.ts";
import { startRpcServer } from "../servers/rpc/rpc-server.ts";

const chainId = "stoa-closing-1";
const key = secp256k1PrivateKey(nativeHash.sha256(utf8("owner of a closing lease")));
if (!key.ok) throw new Error("a hash is no key");
const address = accountAddress(publicKeyOf(key.value), nativeHash);
if (!address.ok) throw new Error("a key has no address");
const privateKey = key.value;
const owner = address.value;

/** A node whose chain closes a lease at the end of a block, with its RPC. */
export interface ClosingNode {
  readonly url: string;
  readonly engine: EmbeddedEngine;
  /** The bytes of the owner's next transaction, which closes the lease. */
  close(): Uint8Array;
}

function genesisOf() {
  const account = { "@type": "/cosmos.auth.v1beta1.BaseAccount", address: owner, pub_key: null };
  const balances = [{ address: owner, coins: [{ denom: "uakt", amount: "1000000000" }] }];
  const appStateJson = {
    auth: { accounts: [{ ...account, account_number: "0", sequence: "0" }] },
    bank: { balances },
    closing: {},
  };
  const signer = signerOfSeed(new Uint8Array(32).fill(3));
  return {
    chainId,
    time: systemClock.nowNs() - 60_000_000_000n,
    initialHeight: 1n,
    params: defaultConsensusParams,
    validators: [{ publicKey: signer.publicKey, power: 10n, name: "one" }],
    appState: utf8(JSON.stringify(appStateJson)),
    appStateJson,
    signer,
  };
}

/**
 * Starts the node; it makes no block before `engine.start` is called, and ends with the test. `timers` are those of its
 * RPC.
 */
export async function startClosingNode(
  t: TestContext,
  closesAt: bigint,
  timers: Timers = systemTimers,
): Promise<ClosingNode> {
  const { signer, ...genesis } = genesisOf();
  const id = create(LeaseIDSchema, { owner, dseq: 5n, gseq: 1, oseq: 1, provider: owner });
  const ports = { hash: nativeHash, clock: systemClock, timers: systemTimers, log: silentLog };
  const crypto = { hash: nativeHash, verifier: createNativeVerifier({ log: silentLog }) };
  const modules = withClosing(createModules(crypto), closingModule(id, closesAt));
  const backend = new MemoryBackend();
  const stateMachine = Application.open({
    backend,
    crypto,
    modules,
    ante: modules.ante({ types: txTypesOf(registry), minGasPrices: [] }),
    keepVersions: 100n,
    prefix: utf8("app/"),
    version: "test",
  });
  const index = SqliteEventIndex.open(":memory:");
  const engine = new EmbeddedEngine({
    ...ports,
    backend,
    index,
    stateMachine,
    genesis,
    signer,
    blockIntervalMs: 20,
    emptyBlocks: true,
  });
  const identity = {
    nodeId: "00".repeat(20),
    moniker: "test",
    listenAddress: "tcp://127.0.0.1:26656",
    appVersion: "v2.1.0",
  };
  const context = { ...ports, timers, engine, genesis, identity };
  const rpc = await startRpcServer({ host: "127.0.0.1", port: 0, context });
  t.after(async () => {
    await engine.stop();
    await rpc.close(0);
  });
  let sequence = 0n;
  const fee = { amount: [{ denom: "uakt", amount: 5_000n }], gasLimit: 200_000n };
  const messages = [newMessage(MsgCloseLeaseSchema, { id })];
  const close = () => signSingle({ messages, fee }, { privateKey, chainId, accountNumber: 0n, sequence: sequence++ });
  return { url: rpc.url, engine, close };
}
