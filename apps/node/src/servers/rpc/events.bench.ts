import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { senderOf, startTransferChain, transfer } from "../../testing/transfer-chain.ts";

const subscribers = 100;
const senderCount = 50;
const defaultRuns = 10;
/** The query that every subscriber asks, and how many transfers a block has: one event a block, and fifty. */
const loads = {
  "new block": { query: "tm.event='NewBlock'", txs: 1 },
  "fifty transactions": { query: "tm.event='Tx'", txs: senderCount },
} as const;

interface Arrival {
  readonly height: number;
  readonly atMs: number;
}

/** Milliseconds from each block's commit to each arrival of its events. */
async function measure(query: string, txs: number, blocks: number, progress: (text: string) => void) {
  const senders = Array.from({ length: senderCount }, (_, index) => senderOf(index));
  const chain = await startTransferChain(senders);
  try {
    const workerData = { url: chain.rpc.url, count: subscribers, query };
    const worker = new Worker(new URL("../../testing/run-subscribers.ts", import.meta.url), { workerData });
    await once(worker, "message");
    for (let block = 0; block < blocks; block += 1) {
      progress(`block ${block + 1}`);
      const sent = senders.slice(0, txs);
      for (const sender of sent) await chain.engine.broadcast(transfer(sender, sender.address, BigInt(block)));
      await chain.makeBlocks();
      // What one block leaves to be sent is not the next one's.
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    worker.postMessage("done");
    const [arrivals] = (await once(worker, "message")) as [Arrival[]];
    const expected = blocks * subscribers * (query.includes("NewBlock") ? 1 : txs);
    if (arrivals.length !== expected) throw new Error(`${arrivals.length} of ${expected} events came`);
    return arrivals.map(({ height, atMs }) => atMs - (chain.commits.get(height) ?? Number.NaN));
  } finally {
    await chain.close();
  }
}

async function run({ runs, progress }: { readonly runs: number | undefined; progress(text: string): void }) {
  const series: Record<string, { unit: string; samples: number[] }> = {};
  for (const [name, { query, txs }] of Object.entries(loads)) {
    progress(name);
    series[name] = { unit: "ms", samples: await measure(query, txs, runs ?? defaultRuns, progress) };
  }
  return {
    conditions: { subscribers, from: "commit", to: "the subscriber's socket" },
    series,
    goals: Object.keys(loads).map((of) => ({ of, statistic: "p95", atMost: 300 }) as const),
  };
}

export const bench = { about: "events from commit to 100 websocket subscribers", run };
