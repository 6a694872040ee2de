import type { TestContext } from "node:test";
import { defaultConsensusParams } from "@stoa/consensus";
import { nativeHash, systemClock, systemTimers } from "@stoa/host";
import { silentLog, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import { EmbeddedEngine } from "../engines/embedded/embedded-engine.ts";
import { SqliteEventIndex } from "../event-index/sqlite-event-index.ts";
import type { Genesis } from "../home/genesis.ts";
import { signerOfSeed } from "../home/validator-key.ts";
import { type RpcServerParams, startRpcServer } from "../servers/rpc/rpc-server.ts";
import { KvMachine } from "./kv-machine.ts";

const signer = signerOfSeed(new Uint8Array(32).fill(3));

const ownGenesis: Genesis = {
  chainId: "stoa-rpc-1",
  time: systemClock.nowNs() - 60_000_000_000n,
  initialHeight: 1n,
  params: defaultConsensusParams,
  validators: [{ publicKey: signer.publicKey, power: 10n, name: "one" }],
  appState: utf8('{"kv":[]}'),
  appStateJson: { kv: [] },
};

interface TestRpcWishes extends Partial<Omit<RpcServerParams, "context" | "host" | "port">> {
  readonly blockIntervalMs?: number;
  /** Validators of the genesis that never sign; the one that does has power 10. */
  readonly otherValidators?: Genesis["validators"];
  /** Key types that validators may have; ed25519 unless it is said otherwise. */
  readonly pubKeyTypes?: readonly string[];
  /** Called before the first block. */
  readonly prepare?: (machine: KvMachine) => void;
}

/** A node of key-value pairs in memory, with its RPC, that ends with the test. */
export async function startTestRpc(
  t: TestContext,
  wishes: TestRpcWishes = {},
): Promise<{ url: string; engine: EmbeddedEngine; machine: KvMachine; chainId: string }> {
  const { blockIntervalMs = 20, otherValidators = [], pubKeyTypes = ["ed25519"], prepare, ...server } = wishes;
  const genesis = {
    ...ownGenesis,
    params: { ...defaultConsensusParams, validator: { pubKeyTypes } },
    validators: [...ownGenesis.validators, ...otherValidators],
  };
  const ports = { hash: nativeHash, clock: systemClock, timers: systemTimers, log: silentLog };
  const backend = new MemoryBackend();
  const machine = new KvMachine(backend);
  prepare?.(machine);
  const engine = new EmbeddedEngine({
    ...ports,
    backend,
    index: SqliteEventIndex.open(":memory:"),
    stateMachine: machine,
    genesis,
    signer,
    blockIntervalMs,
    emptyBlocks: true,
  });
  await engine.start();
  const identity = {
    nodeId: "00".repeat(20),
    moniker: "test",
    listenAddress: "tcp://127.0.0.1:26656",
    appVersion: "v2.1.0",
  };
  const context = { ...ports, engine, genesis, identity };
  const rpc = await startRpcServer({ host: "127.0.0.1", port: 0, context, ...server });
  t.after(async () => {
    await engine.stop();
    await rpc.close(0);
  });
  return { url: rpc.url, engine, machine, chainId: genesis.chainId };
}
