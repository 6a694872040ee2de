import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "@stoa/host";
import { type RunRecord, readRunRecord, runRecordPath } from "../tenant/connection.ts";
import type { HomePaths } from "./home.ts";
import { processStart } from "./process-start.ts";

/** A clean stop takes seconds; a process that needs longer is ended. */
const stopMs = 30_000;
const pollMs = 50;

/** True if this very process still runs, not a later one with its number. */
function runs(child: { readonly pid: number; readonly started: string }): boolean {
  return child.pid > 0 && child.started !== "" && processStart(child.pid) === child.started;
}

/** Sends a signal; a process that ended just now needs none. */
function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}

async function stopProcess(child: RunRecord["children"][number]): Promise<boolean> {
  if (!runs(child)) return false;
  signal(child.pid, "SIGTERM");
  for (const deadline = performance.now() + stopMs; runs(child); ) {
    if (performance.now() > deadline) {
      signal(child.pid, "SIGKILL");
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return true;
}

type ChildRecord = RunRecord["children"][number];

/**
 * Programs that were started, though no run record names them: a start that was killed in the middle left them.
 * Providers first: "provider-…" stands behind "node".
 */
function unrecorded(paths: HomePaths): readonly ChildRecord[] {
  const files = existsSync(paths.run) ? readdirSync(paths.run).filter((name) => name.endsWith(".child.json")) : [];
  return files
    .sort((a, b) => (a < b ? 1 : -1))
    .flatMap((file) => {
      try {
        return [JSON.parse(readFileSync(join(paths.run, file), "utf8")) as ChildRecord];
      } catch {
        return [];
      }
    });
}

async function stopUnrecorded(paths: HomePaths): Promise<readonly string[]> {
  const stopped: string[] = [];
  for (const child of unrecorded(paths)) if (await stopProcess(child)) stopped.push(child.name);
  return stopped;
}

/**
 * Stops a home's network, whoever started it: the `up` in another terminal, or what `--detach` left. Providers first,
 * with their containers, then the node. Answers the names of what was stopped.
 */
export async function takeDown(paths: HomePaths): Promise<readonly string[]> {
  const record = readRunRecord(paths);
  if (record === undefined) return stopUnrecorded(paths);
  const supervisor = { pid: record.pid, name: "stoa up", started: record.pidStarted };
  // The supervisor stops its children in order; without one we do.
  if (await stopProcess(supervisor)) {
    rmSync(runRecordPath(paths), { force: true });
    return [supervisor.name];
  }
  const [node, ...providers] = record.children;
  const stopped: string[] = [];
  await Promise.all(
    providers.map(async (child) => {
      if (await stopProcess(child)) stopped.push(child.name);
    }),
  );
  if (node !== undefined && (await stopProcess(node))) stopped.push(node.name);
  rmSync(runRecordPath(paths), { force: true });
  return [...stopped, ...(await stopUnrecorded(paths))];
}
