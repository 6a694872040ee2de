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
const perRun = connections * sendersPerConnection * txsPerSender;

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

/** A load of new transactions on a chain, which takes them into blocks afterwards. */
async function loadChain(
  chain: Awaited<ReturnType<typeof startTransferChain>>,
  bodies: readonly (readonly string[])[],
): Promise<Load> {
  const sent = await load(chain.rpc.port, bodies);
  if (sent.accepted !== perRun) throw new Error(`${sent.accepted} of ${perRun} transactions were accepted`);
  await chain.makeBlocks();
  return sent;
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
  const real = await startTransferChain(senders);
  const stubbed = await startTransferChain(senders, { checksStubbed: true });
  const echo = await startEcho();
  const servers = { echo, real: real.rpc, stubbed: stubbed.rpc };
  const [ratios, realRatios]: [number[], number[]] = [[], []];
  const loads: Record<keyof typeof servers, Load[]> = { echo: [], real: [], stubbed: [] };
  try {
    // The first round warms both up and does not count.
    for (let round = 0; round <= (runs ?? defaultRuns); round += 1) {
      progress(`run ${round}`);
      const bodies = bodiesOf(senders, round);
      const bare = await load(echo.port, bodies);
      const way = await loadChain(stubbed, bodies);
      const whole = await loadChain(real, bodies);
      if (round === 0) continue;
      loads.echo.push(bare);
      loads.stubbed.push(way);
      loads.real.push(whole);
      ratios.push(bare.rate / way.rate);
      realRatios.push(bare.rate / whole.rate);
    }
  } finally {
    echo.close();
    await real.close();
    await stubbed.close();
  }
  const rates = (of: readonly Load[]) => ({ unit: "calls/s", samples: of.map(({ rate }) => rate) });
  const cpu = (of: readonly Load[]) => ({ unit: "us", samples: of.map(({ cpuMicros }) => cpuMicros) });
  return {
    conditions: { transactions: perRun, connections, blocks: "none while it is timed" },
    series: {
      "bare echo": rates(loads.echo),
      "check stubbed": rates(loads.stubbed),
      broadcast_tx_sync: rates(loads.real),
      "echoes per broadcast, check stubbed": { unit: "times", samples: ratios },
      "echoes per broadcast": { unit: "times", samples: realRatios },
      "echo, processor": cpu(loads.echo),
      "check stubbed, processor": cpu(loads.stubbed),
      "broadcast, processor": cpu(loads.real),
    },
    // 0.5 of a bare echo, in the same run, with the check stubbed (performance.md §10, goal 8).
    goals: [{ of: "echoes per broadcast, check stubbed", statistic: "p50", atMost: 2 }] as const,
  };
}

export const bench = { about: "broadcast_tx_sync beside a bare node:http echo", run };
