import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { LevelBackend } from "@stoa/host";
import { SqliteEventIndex } from "./event-index/sqlite-event-index.ts";
import { type Sender, senderOf, startTransferChain, transfer } from "./testing/transfer-chain.ts";

const transfersPerBlock = 500;
const senderCount = 50;
const defaultRuns = 10;
/** Questions that are asked one after another, more than a block takes. */
const questions = 1_500;
const health = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "health", params: {} });

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** Asks one question after another from a thread of its own; the longest wait, in milliseconds. */
async function longestWait(url: string): Promise<number> {
  const bodies = [Array.from({ length: questions }, () => health)];
  const workerData = { port: Number(new URL(url).port), bodies };
  const worker = new Worker(new URL("./testing/run-http-load.ts", import.meta.url), { workerData });
  const { times } = await new Promise<{ times: number[] }>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  return Math.max(...times);
}

/** Processor time of the longest turn of the event loop until `done`. */
async function longestTurn(done: Promise<unknown>): Promise<number> {
  let running = true;
  const finish = (): void => {
    running = false;
  };
  done.then(finish, finish);
  let longest = 0;
  for (let last = cpuMs(); running; ) {
    await new Promise(setImmediate);
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
  }
  return longest;
}

/** Transfers of every sender in turn: half of them to addresses that the chain has never seen. */
function transfersOf(senders: readonly Sender[], run: number): Uint8Array[] {
  const each = transfersPerBlock / senders.length;
  return Array.from({ length: transfersPerBlock }, (_, n) => {
    const [sender = senderOf(0)] = [senders[n % senders.length]];
    const to = n % 2 === 0 ? senderOf(1_000 + run * transfersPerBlock + n).address : sender.address;
    return transfer(sender, to, BigInt(run * each + Math.floor(n / senders.length)));
  });
}

interface Wishes {
  readonly runs: number | undefined;
  readonly scratch: string;
  progress(text: string): void;
}

async function run({ runs, scratch, progress }: Wishes) {
  const senders = Array.from({ length: senderCount }, (_, index) => senderOf(index));
  const chain = await startTransferChain(senders, {
    backend: await LevelBackend.open(join(scratch, "state")),
    index: SqliteEventIndex.open(join(scratch, "events.sqlite")),
  });
  const [waits, turns, blocks]: [number[], number[], number[]] = [[], [], []];
  let largest = 0;
  try {
    // The first round warms up and does not count.
    for (let round = 0; round <= (runs ?? defaultRuns); round += 1) {
      progress(`block ${round}`);
      for (const tx of transfersOf(senders, round)) await chain.engine.broadcast(tx);
      const wait = longestWait(chain.rpc.url);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const from = cpuMs();
      const made = chain.makeBlocks();
      const turn = await longestTurn(made);
      await made;
      const took = cpuMs() - from;
      const { latest } = await chain.engine.status();
      largest = Math.max(largest, latest.block.txs.length);
      const waited = await wait;
      if (round === 0) continue;
      waits.push(waited);
      turns.push(turn);
      blocks.push(took);
    }
  } finally {
    await chain.close();
  }
  return {
    conditions: { transfersPerBlock: largest, asked: "health, one after another, from another thread" },
    series: {
      "longest answer": { unit: "ms", samples: waits },
      "longest turn, processor": { unit: "ms", samples: turns },
      "block and answers, processor": { unit: "ms", samples: blocks },
    },
    goals: [
      { of: "longest answer", statistic: "max", atMost: 60 },
      { of: "longest turn, processor", statistic: "max", atMost: 60 },
    ] as const,
  };
}

export const bench = { about: "how long others wait for an answer beside a block of 500 transfers", run };
