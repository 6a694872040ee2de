import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Worker } from "node:worker_threads";
import { toBase64 } from "@stoa/std";
import { type Sender, senderOf, startTransferChain, transfer } from "../../testing/transfer-chain.ts";

/** Connections at once, each with senders of its own, so that sequences come in order. */
const connections = 16;
const sendersPerConnection = 4;
const txsPerSender = 30;
const defaultRuns = 7;
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
        const to = senders[(Number(sender.accountNumber) + 1) % senders.length]?.address ?? "";
        const bytes = transfer(sender, to, BigInt(round * txsPerSender + at));
        const params = { tx: toBase64(bytes) };
        return JSON.stringify({ jsonrpc: "2.0", id: at, method: "broadcast_tx_sync", params });
      }),
    );
  });
}

async function run({ runs, progress }: { readonly runs: number | undefined; progress(text: string): void }) {
  const senders = Array.from({ length: connections * sendersPerConnection }, (_, index) => senderOf(index));
  const { rpc, makeBlocks, close } = await startTransferChain(senders);
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
    await close();
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
