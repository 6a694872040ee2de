import { defaultConsensusParams } from "@stoa/consensus";
import { nativeHash } from "@stoa/host";
import { silentLog, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import { EmbeddedEngine, type EmbeddedEngineParams } from "../engines/embedded/embedded-engine.ts";
import { SqliteEventIndex } from "../event-index/sqlite-event-index.ts";
import type { Genesis } from "../home/genesis.ts";
import { signerOfSeed } from "../home/validator-key.ts";
import { KvMachine } from "./kv-machine.ts";
import { ManualTime } from "./manual-time.ts";

const signer = signerOfSeed(new Uint8Array(32).fill(7));

/** When the clock of an engine's world stands at its start. */
export const engineStartNs = 1_700_000_000_000_000_000n;

/** One validator, which signs alone. */
export const engineGenesis: Genesis = {
  chainId: "stoa-test-1",
  time: engineStartNs - 5_000_000_000n,
  initialHeight: 1n,
  params: defaultConsensusParams,
  validators: [{ publicKey: signer.publicKey, power: 10n, name: "" }],
  appState: utf8("{}"),
  appStateJson: {},
};

/** The same with room for one transaction of the key-value machine a block. */
export const smallBlocksGenesis: Genesis = {
  ...engineGenesis,
  params: { ...defaultConsensusParams, block: { maxBytes: 22_020_096n, maxGas: 10n } },
};

/** An engine over a key-value machine in memory, whose time stands until a test moves it. */
export interface EngineWorld {
  readonly engine: EmbeddedEngine;
  readonly time: ManualTime;
  readonly machine: KvMachine;
  readonly backend: MemoryBackend;
}

/** Makes an engine that has not started; one over the backend of another goes on with its chain. */
export function engineWorld(
  changes: Partial<EmbeddedEngineParams> = {},
  backend = new MemoryBackend(),
  startNs = engineStartNs,
): EngineWorld {
  const time = new ManualTime(startNs);
  const machine = new KvMachine(backend);
  const engine = new EmbeddedEngine({
    index: SqliteEventIndex.open(":memory:"),
    backend,
    stateMachine: machine,
    genesis: engineGenesis,
    signer,
    hash: nativeHash,
    clock: time,
    timers: time,
    log: silentLog,
    blockIntervalMs: 1000,
    emptyBlocks: true,
    ...changes,
  });
  return { engine, time, machine, backend };
}
