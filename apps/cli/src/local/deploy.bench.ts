import { request } from "node:http";
import { Broadcaster, type ChainClient } from "@stoa/client";
import { systemTimers } from "@stoa/host";
import { clientOf, keyStoreOf } from "../tenant/connection.ts";
import { closeDeployment } from "../tenant/deploy.ts";
import { helloSdl, startCommand, withBenchHome } from "./bench-network.ts";
import { tenantKey } from "./network.ts";

const runsDefault = 60;
const providers = 3;
const blockIntervalMs = 500;
/** The first run finds cold caches everywhere: it is made and not counted. */
const warmUps = 1;
/** Blocks in which the providers take the last run's containers away, so that one run does not slow the next. */
const settleBlocks = 4n;
const fetchPauseMs = 5;

/** The way from the command to the first page, in order. */
const phases = [
  "program start",
  "create tx",
  "first bid",
  "bid wait",
  "lease tx",
  "manifest",
  "container start",
  "first 200",
] as const;

type Times = Readonly<Record<(typeof phases)[number] | "total", number>>;

function answers200(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request(url, { headers: { connection: "close" } }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode === 200));
      answer.on("error", () => resolve(false));
    });
    sent.on("error", () => resolve(false));
    sent.end();
  });
}

async function untilHeight(client: ChainClient, height: bigint): Promise<void> {
  while ((await client.status()).height < height) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** One `stoa deploy` as a process of its own, timed from its start to the first 200 of its page. */
async function timeDeploy(home: string): Promise<{ readonly times: Times; readonly dseq: bigint }> {
  const command = startCommand(["deploy", helloSdl, "--home", home]);
  const created = await command.next("created");
  const bids = await command.next("bids", (fields) => (fields.bids as readonly unknown[]).length > 0);
  const chosen = await command.next("chosen");
  const lease = await command.next("lease");
  const manifest = await command.next("manifest");
  const serving = await command.next("serving");
  const uri = String(serving.fields.uri);
  while (!(await answers200(uri))) await new Promise((resolve) => setTimeout(resolve, fetchPauseMs));
  const fetchedMs = performance.now();
  await command.end();
  // The command says how long it worked; what came before is loading it.
  const begunMs = serving.atMs - Number(serving.fields.elapsedMs);
  const ends = [begunMs, ...[created, bids, chosen, lease, manifest, serving].map(({ atMs }) => atMs), fetchedMs];
  const lengths = ends.map((end, i) => end - (ends[i - 1] ?? command.startedMs));
  const times = Object.fromEntries(phases.map((name, i) => [name, lengths[i]]));
  return {
    times: { ...times, total: fetchedMs - command.startedMs } as Times,
    dseq: BigInt(String(created.fields.dseq)),
  };
}

async function run(context: {
  readonly runs: number | undefined;
  readonly scratch: string;
  readonly progress: (text: string) => void;
}) {
  const runs = context.runs ?? runsDefault;
  const { scratch, progress } = context;
  const all = await withBenchHome({ scratch, blockIntervalMs, progress }, async (home) => {
    const network = await home.start(providers);
    try {
      const client = clientOf(network.rpc);
      const signer = keyStoreOf(home.paths, network.home).signer(tenantKey);
      const broadcaster = new Broadcaster({ client, signer, timers: systemTimers });
      const counted: Times[] = [];
      for (let i = -warmUps; i < runs; i++) {
        const { times, dseq } = await timeDeploy(home.paths.root);
        if (i >= 0) counted.push(times);
        progress(`deploy ${i < 0 ? "(warm-up)" : `${i + 1} of ${runs}`}: ${Math.round(times.total)} ms`);
        const closedAt = await closeDeployment(broadcaster, { owner: signer.address, dseq });
        await untilHeight(client, closedAt + settleBlocks);
      }
      return counted;
    } finally {
      await network.stop();
    }
  });
  const series = (name: keyof Times) => ({ unit: "ms", samples: all.map((times) => times[name]) });
  return {
    conditions: { providers, blockIntervalMs, image: "present", runs },
    series: {
      total: series("total"),
      ...Object.fromEntries(phases.map((name) => [name, { ...series(name), partOf: "total" }])),
    },
    goals: [
      { of: "total", statistic: "p50", atMost: 3_000 },
      { of: "total", statistic: "p95", atMost: 5_000 },
    ] as const,
  };
}

export const bench = {
  about: "from the start of `stoa deploy` to the first 200 of the page, image present, with the share of each phase",
  run,
};
