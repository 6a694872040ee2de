import { defaultConsensusParams } from "@stoa/consensus";
import { nativeHash, systemClock, systemTimers } from "@stoa/host";
import { silentLog, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import { fromValidatorUpdate } from "../abci-values.ts";
import { EmbeddedEngine } from "../engines/embedded/embedded-engine.ts";
import { SqliteEventIndex } from "../event-index/sqlite-event-index.ts";
import { signerOfSeed } from "../home/validator-key.ts";
import { startRpcServer } from "../servers/rpc/rpc-server.ts";
import { KvMachine } from "./kv-machine.ts";

/*
 * A chain of key-value pairs as a process of its own, for light clients that we did not write: its validators change
 * all the time, as far as one signing key allows. `run-kv.ts [BLOCKS] [INTERVAL_MS] [PORT]` makes that many blocks, each
 * with a transaction `k<height>=v<height>`, and prints a JSON line with the address when they are there.
 */
const [blocks = "300", intervalMs = "5", port = "0"] = process.argv.slice(2);

const keyOf = (n: number) => signerOfSeed(new Uint8Array(32).fill(n)).publicKey;
const signer = signerOfSeed(new Uint8Array(32).fill(3));
const others = [51, 52, 53, 54].map(keyOf);

/** Powers of the validators after block `height`: one is at 1,000 and signs, the others come, grow, shrink and go. */
function changesAt(height: number): readonly { publicKey: (typeof others)[number]; power: bigint }[] {
  if (height % 10 !== 0) return [];
  const step = height / 10 - 1;
  const publicKey = others[step % others.length];
  if (publicKey === undefined) return [];
  const own = { publicKey: signer.publicKey, power: BigInt(1_000 + step) };
  // Every second turn of a key it leaves, so that sets of every size and order occur.
  const leaves = Math.floor(step / others.length) % 2 === 1;
  return [own, { publicKey, power: leaves ? 0n : BigInt(20 + (step % 50)) }];
}

const backend = new MemoryBackend();
const machine = new KvMachine(backend);
for (let height = 1; height <= Number(blocks); height++) {
  machine.updatesAt.set(BigInt(height), changesAt(height).map(fromValidatorUpdate));
}
const genesis = {
  chainId: "stoa-kv-1",
  time: systemClock.nowNs() - 60_000_000_000n,
  initialHeight: 1n,
  params: defaultConsensusParams,
  validators: [{ publicKey: signer.publicKey, power: 1_000n, name: "one" }],
  appState: utf8("{}"),
  appStateJson: {},
};
const ports = { hash: nativeHash, clock: systemClock, timers: systemTimers, log: silentLog };
const engine = new EmbeddedEngine({
  ...ports,
  backend,
  index: SqliteEventIndex.open(":memory:"),
  stateMachine: machine,
  genesis,
  signer,
  blockIntervalMs: Number(intervalMs),
  emptyBlocks: true,
});
engine.onBlock(({ block }) => {
  const next = block.header.height + 1n;
  void engine.broadcast(utf8(`k${next}=v${next}`));
});
await engine.start();
const identity = {
  nodeId: "00".repeat(20),
  moniker: "kv",
  listenAddress: "tcp://127.0.0.1:26656",
  appVersion: "v2.1.0",
};
const context = { ...ports, engine, genesis, identity };
const rpc = await startRpcServer({ host: "127.0.0.1", port: Number(port), context });
const reached = new Promise<undefined>((resolve) => {
  engine.onBlock(({ block }) => {
    if (block.header.height >= BigInt(blocks)) resolve(undefined);
  });
});
const failure = await Promise.race([reached, engine.halted]);
if (failure !== undefined) throw failure;
process.stdout.write(`${JSON.stringify({ event: "ready", rpc: rpc.url, chainId: genesis.chainId })}\n`);
process.once("SIGTERM", () => process.exit(0));
