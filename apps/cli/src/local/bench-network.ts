import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Output } from "../output.ts";
import { removeFromEngine } from "./cleanup.ts";
import { requireEngine } from "./container-engine.ts";
import { findBusybox, hasImage, helloImage, importHelloImage } from "./hello-image.ts";
import { type HomePaths, homePaths, removeHome } from "./home.ts";
import { type LocalNetwork, openHome, startNetwork } from "./network.ts";

/*
 * What the benches of whole networks share: a home of their own in a scratch folder, and our own commands as processes
 * whose every line is timed.
 */

const mainFile = join(import.meta.dirname, "../main.ts");
/** The example that everybody starts with. */
export const helloSdl = join(import.meta.dirname, "../../../../examples/hello/deploy.yaml");

/** A home that is a bench's own. */
export interface BenchHome {
  readonly paths: HomePaths;
  /** Starts node and providers within this process's care. */
  start(providers: number): Promise<LocalNetwork>;
}

function quietOutput(progress: (text: string) => void): Output {
  return { json: true, event: () => {}, line: () => {}, progress, settle: () => {} };
}

/** Gives the work a fresh home and an engine that holds the hello image; removes everything of the home afterwards. */
export async function withBenchHome<T>(
  params: {
    readonly scratch: string;
    readonly blockIntervalMs: number;
    readonly progress: (text: string) => void;
  },
  work: (home: BenchHome) => Promise<T>,
): Promise<T> {
  const output = quietOutput(params.progress);
  const engine = await requireEngine({ yes: false, logFile: "" }, output);
  if (!(await hasImage(engine.socketPath, helloImage))) {
    const busybox = findBusybox();
    if (busybox === undefined) throw new Error("the hello image is made of busybox-static, which is not installed");
    await importHelloImage(engine.socketPath, busybox);
  }
  const paths = homePaths(join(params.scratch, "home"));
  const { home } = await openHome(paths, { blockIntervalMs: params.blockIntervalMs });
  const dockerHost = `unix://${engine.socketPath}`;
  try {
    return await work({
      paths,
      start: (providers) => startNetwork(paths, home, { providers, dockerHost }, output),
    });
  } finally {
    await removeFromEngine(home.id);
    removeHome(paths);
  }
}

/** A command of ours that runs. */
export interface RunningCommand {
  /** When it was started, by `performance.now`. */
  readonly startedMs: number;
  /** Resolves with the first later event of that name that fits. Rejects when the command ends before. */
  next(event: string, fits?: (fields: EventFields) => boolean): Promise<TimedEvent>;
  /** Asks it to stop if it still runs, and waits; rejects if it failed by itself. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

type EventFields = Readonly<Record<string, unknown>>;

export interface TimedEvent {
  readonly atMs: number;
  readonly fields: EventFields;
}

/** Starts one of our commands with `--json` as a person would, from the process on. */
export function startCommand(words: readonly string[]): RunningCommand {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", mainFile, ...words, "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const seen: TimedEvent[] = [];
  let taken = 0;
  let said = "";
  let ended = false;
  let wake = (): void => {};
  child.stderr.on("data", (part: Buffer) => {
    said = (said + part.toString("utf8")).slice(-2_000);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    seen.push({ atMs: performance.now(), fields: JSON.parse(line) as EventFields });
    wake();
  });
  const closed = once(child, "close").then(([code]) => {
    ended = true;
    wake();
    return code as number | null;
  });
  return {
    startedMs,
    async next(event, fits = () => true) {
      for (;;) {
        while (taken < seen.length) {
          const one = seen[taken++] as TimedEvent;
          if (one.fields.event === event && fits(one.fields)) return one;
        }
        if (ended) throw new Error(`stoa ${words[0]} ended before ${event}: ${said.trim()}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async end(signal) {
      if (signal !== undefined && !ended) child.kill(signal);
      const code = await closed;
      if (code !== 0) throw new Error(`stoa ${words[0]} ended with ${code}: ${said.trim()}`);
    },
  };
}

/** Memory of a process that is in RAM, in MB (10^6 bytes), and the most that it ever was. */
export function residentMb(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? Number.NaN) * 1024) / 1e6;
  return { now: field("VmRSS"), peak: field("VmHWM") };
}
