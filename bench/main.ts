import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createNativeVerifier, nativeHash } from "@stoa/host";
import { silentLog } from "@stoa/std";
import type { Bench, BenchContext } from "./bench.ts";
import { machineFacts, measuredCommit } from "./machine.ts";
import { readOptions } from "./options.ts";
import { makeReport, reportText } from "./report.ts";

const root = join(import.meta.dirname, "..");

/** Every bench and the file beside the code that it measures. */
const benches: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  deploy: () => import("../apps/cli/src/local/deploy.bench.ts"),
  up: () => import("../apps/cli/src/local/up.bench.ts"),
  memory: () => import("../apps/cli/src/local/memory.bench.ts"),
  execution: () => import("../packages/chain/src/execution.bench.ts"),
  answer: () => import("../apps/node/src/longest-answer.bench.ts"),
  broadcast: () => import("../apps/node/src/servers/rpc/broadcast.bench.ts"),
  events: () => import("../apps/node/src/servers/rpc/events.bench.ts"),
  grpc: () => import("../apps/node/src/servers/grpc/grpc.bench.ts"),
  search: () => import("../apps/node/src/event-index/event-index.bench.ts"),
  snapshot: () => import("../apps/node/src/snapshots/snapshot.bench.ts"),
  tree: () => import("../packages/store/src/tree.bench.ts"),
};

/** A full collection; the flag is set late, so that nothing needs to be started with it. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

function contextOf(scratch: string, runs: number | undefined): BenchContext {
  const collect = collector();
  return {
    runs,
    scratch,
    cpuMs() {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1000;
    },
    hash: nativeHash,
    verifier: createNativeVerifier({ log: silentLog }),
    memoryInUse() {
      collect();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    },
    progress: (text) => void process.stderr.write(`${text}\n`),
  };
}

async function list(json: boolean): Promise<void> {
  const all = await Promise.all(
    Object.entries(benches).map(async ([name, load]) => [name, (await load()).bench.about]),
  );
  const width = Math.max(...all.map(([name]) => (name as string).length));
  const text = json
    ? `${JSON.stringify({ benches: all.map(([name, about]) => ({ name, about })) })}\n`
    : all.map(([name, about]) => `${(name as string).padEnd(width)}  ${about}\n`).join("");
  process.stdout.write(text);
}

async function main(words: readonly string[]): Promise<number> {
  const options = readOptions(words, Object.keys(benches));
  if (!options.ok) {
    process.stderr.write(`stoa bench: ${options.error}\n`);
    return 2;
  }
  const { name, json, record, runs } = options.value;
  const load = name === undefined ? undefined : benches[name];
  if (name === undefined || load === undefined) {
    await list(json);
    return 0;
  }
  const scratch = mkdtempSync(join(tmpdir(), "stoa-bench-"));
  try {
    const { bench } = await load();
    const facts = {
      bench: name,
      at: new Date().toISOString(),
      commit: measuredCommit(root),
      machine: machineFacts(scratch),
    };
    const report = makeReport(facts, await bench.run(contextOf(scratch, runs)));
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report));
    if (record) {
      mkdirSync(join(root, "bench/results"), { recursive: true });
      writeFileSync(join(root, `bench/results/${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
    }
    return 0;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.slice(2));
