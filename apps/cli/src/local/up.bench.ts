import { parseTimeText } from "@stoa/wire";
import { clientOf } from "../tenant/connection.ts";
import { startCommand, withBenchHome } from "./bench-network.ts";

const runsDefault = 5;
const blockIntervalMs = 1_000;
const headersAsked = 20n;

interface BlockMeta {
  readonly header: { readonly time: string };
}

/**
 * When the first block after a moment was made, in milliseconds since the epoch: a header carries the time at which
 * the block before it was voted for.
 */
async function firstBlockAfter(rpc: string, momentMs: number): Promise<number> {
  const client = clientOf(rpc);
  const { height } = await client.status();
  const lowest = height > headersAsked ? height - headersAsked + 1n : 1n;
  const range = { minHeight: String(lowest), maxHeight: String(height) };
  const { block_metas: metas } = (await client.rpc.call("blockchain", range)) as { block_metas: readonly BlockMeta[] };
  const times = metas
    .flatMap(({ header }) => parseTimeText(header.time) ?? [])
    .map(({ seconds, nanos }) => Number(seconds) * 1000 + nanos / 1e6)
    .filter((time) => time > momentMs);
  if (times.length === 0) throw new Error("no block was made since the start");
  return Math.min(...times);
}

async function run(context: {
  readonly runs: number | undefined;
  readonly scratch: string;
  readonly progress: (text: string) => void;
}) {
  const runs = context.runs ?? runsDefault;
  const { scratch, progress } = context;
  const firstBlock: number[] = [];
  const ready: number[] = [];
  await withBenchHome({ scratch, blockIntervalMs, progress }, async ({ paths }) => {
    // The first start makes the chain and registers the providers; it is not counted.
    for (let i = -1; i < runs; i++) {
      const startedEpochMs = Date.now();
      const command = startCommand(["up", "--home", paths.root]);
      const { atMs, fields } = await command.next("ready");
      const blockMs = (await firstBlockAfter(String(fields.rpc), startedEpochMs)) - startedEpochMs;
      const readyMs = atMs - command.startedMs;
      await command.end("SIGTERM");
      progress(
        `up ${i < 0 ? "(new home)" : `${i + 1} of ${runs}`}: block after ${Math.round(blockMs)} ms, ready after ${Math.round(readyMs)} ms`,
      );
      if (i < 0) continue;
      firstBlock.push(blockMs);
      ready.push(readyMs);
    }
  });
  return {
    conditions: { providers: 3, blockIntervalMs, home: "warm", runs },
    series: {
      "first block": { unit: "ms", samples: firstBlock },
      ready: { unit: "ms", samples: ready },
    },
    goals: [{ of: "first block", statistic: "max", atMost: 3_000 }] as const,
  };
}

export const bench = {
  about: "from the start of `stoa up` on a home that is there to its first new block, and until all is ready",
  run,
};
