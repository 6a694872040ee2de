import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { defaultConsensusParams } from "@stoa/consensus";
import { nativeHash, systemClock, systemTimers } from "@stoa/host";
import { silentLog, toBase64, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import { accountAddress, assembleTx, buildTx, newMessage, type SinglePublicKey } from "@stoa/wire";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { type PrivateKey, publicKeyOf, secp256k1PrivateKey, signDirect } from "@stoa/wire/wallet";
import { EmbeddedEngine } from "../../engines/embedded/embedded-engine.ts";
import { SqliteEventIndex } from "../../event-index/sqlite-event-index.ts";
import { signerOfSeed } from "../../home/validator-key.ts";
import { openApplication } from "../../open-application.ts";
import { ManualTime } from "../../testing/manual-time.ts";
import { startRpcServer } from "./rpc-server.ts";

/** Connections at once, each with senders of its own, so that sequences come in order. */
const connections = 16;
const sendersPerConnection = 4;
const txsPerSender = 30;
const defaultRuns = 7;
const chainId = "stoa-bench-1";

interface Sender {
  readonly address: string;
  readonly privateKey: PrivateKey;
  readonly publicKey: SinglePublicKey;
  readonly accountNumber: bigint;
}

function senderOf(index: number): Sender {
  const privateKey = secp256k1PrivateKey(nativeHash.sha256(utf8(`sender ${index}`)));
  if (!privateKey.ok) throw new Error("a hash is no key");
  const publicKey = publicKeyOf(privateKey.value);
  const address = accountAddress(publicKey, nativeHash);
  if (!address.ok) throw new Error("a key has no address");
  return { address: address.value, privateKey: privateKey.value, publicKey, accountNumber: BigInt(index) };
}

/** A node in memory whose blocks come when they are asked for, so that checks alone are timed. */
async function startChain(senders: readonly Sender[]) {
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
  const backend = new MemoryBackend();
  const time = new ManualTime(systemClock.nowNs());
  const parts = { hash: nativeHash, log: silentLog };
  const engine = new EmbeddedEngine({
    ...parts,
    backend,
    stateMachine: openApplication({
      backend,
      initialHeight: 1n,
      minGasPrices: [],
      keepVersions: 10,
      ignoredSections: [],
      log: silentLog,
    }),
    genesis,
    signer,
    clock: time,
    timers: time,
    blockIntervalMs: 1_000,
    emptyBlocks: true,
    index: SqliteEventIndex.open(":memory:"),
  });
  await engine.start();
  const identity = {
    nodeId: "00".repeat(20),
    moniker: "bench",
    listenAddress: "tcp://127.0.0.1:26656",
    appVersion: "1",
  };
  const context = { ...parts, engine, genesis, identity, clock: systemClock, timers: systemTimers };
  const rpc = await startRpcServer({ host: "127.0.0.1", port: 0, context });
  const makeBlocks = async (): Promise<void> => {
    while ((await engine.mempool(0)).total > 0) {
      const { height } = engine;
      await time.step();
      while (engine.height === height) await new Promise(setImmediate);
    }
  };
  return { rpc, makeBlocks, engine };
}

/** What a bare server of node:http costs: it reads the body and gives it back. */
async function startEcho(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

interface Load {
  /** Answers a second that a client in another thread got. */
  readonly rate: number;
  readonly accepted: number;
  /** Microseconds of this thread's processor time for each. */
  readonly cpuMicros: number;
}

async function load(port: number, bodies: readonly (readonly string[])[]): Promise<Load> {
  const total = bodies.reduce((sum, list) => sum + list.length, 0);
  const worker = new Worker(new URL("../../testing/run-http-load.ts", import.meta.url), {
    workerData: { port, bodies },
  });
  const before = process.threadCpuUsage();
  const { ms, accepted } = await new Promise<{ ms: number; accepted: number }>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  const { user, system } = process.threadCpuUsage(before);
  return { rate: (total * 1_000) / ms, accepted, cpuMicros: (user + system) / total };
}

/** The bodies of one run: every sender's next transactions, in their order. */
function bodiesOf(senders: readonly Sender[], round: number): string[][] {
  return Array.from({ length: connections }, (_, connection) => {
    const own = senders.filter((_sender, index) => index % connections === connection);
    return Array.from({ length: txsPerSender }, (_tx, at) => at).flatMap((at) =>
      own.map((sender) => {
        const value = {
          fromAddress: sender.address,
          toAddress: senders[(Number(sender.accountNumber) + 1) % senders.length]?.address ?? "",
          amount: [{ denom: "uakt", amount: "1" }],
        };
        const fee = { amount: [{ denom: "uakt", amount: 5_000n }], gasLimit: 200_000n };
        const sequence = BigInt(round * txsPerSender + at);
        const { publicKey, privateKey, accountNumber } = sender;
        const tx = buildTx({ messages: [newMessage(MsgSendSchema, value)], fee, signers: [{ publicKey, sequence }] });
        const bytes = assembleTx(tx, [signDirect(tx, { privateKey, chainId, accountNumber })]);
        const params = { tx: toBase64(bytes) };
        return JSON.stringify({ jsonrpc: "2.0", id: at, method: "broadcast_tx_sync", params });
      }),
    );
  });
}

async function run({ runs, progress }: { readonly runs: number | undefined; progress(text: string): void }) {
  const senders = Array.from({ length: connections * sendersPerConnection }, (_, index) => senderOf(index));
  const { rpc, makeBlocks, engine } = await startChain(senders);
  const echo = await startEcho();
  const [echoes, broadcasts, ratios]: [number[], number[], number[]] = [[], [], []];
  const [echoCpu, broadcastCpu]: [number[], number[]] = [[], []];
  const perRun = connections * sendersPerConnection * txsPerSender;
  try {
    // The first round warms both up and does not count.
    for (let round = 0; round <= (runs ?? defaultRuns); round += 1) {
      progress(`run ${round}`);
      const bodies = bodiesOf(senders, round);
      const bare = await load(echo.port, bodies);
      const sent = await load(rpc.port, bodies);
      if (sent.accepted !== perRun) throw new Error(`${sent.accepted} of ${perRun} transactions were accepted`);
      await makeBlocks();
      if (round === 0) continue;
      echoes.push(bare.rate);
      broadcasts.push(sent.rate);
      ratios.push(bare.rate / sent.rate);
      echoCpu.push(bare.cpuMicros);
      broadcastCpu.push(sent.cpuMicros);
    }
  } finally {
    echo.close();
    await engine.stop();
    await rpc.close(0);
  }
  return {
    conditions: { transactions: perRun, connections, blocks: "none while it is timed" },
    series: {
      "bare echo": { unit: "calls/s", samples: echoes },
      broadcast_tx_sync: { unit: "calls/s", samples: broadcasts },
      "echoes per broadcast": { unit: "times", samples: ratios },
      "echo, processor": { unit: "us", samples: echoCpu },
      "broadcast, processor": { unit: "us", samples: broadcastCpu },
    },
    // 0.5 of a bare echo, in the same run.
    goals: [{ of: "echoes per broadcast", statistic: "p50", atMost: 2 }] as const,
  };
}

export const bench = { about: "broadcast_tx_sync beside a bare node:http echo", run };
