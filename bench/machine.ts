import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { percentile } from "./statistics.ts";

/** What a figure depends on besides the code. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  /** Median of appending 400 KiB and waiting until the disk has it, in milliseconds. */
  readonly fsyncP50Ms: number;
  /** Processes that wanted to run, averaged over the minute before: over the number of cores, expect worse figures. */
  readonly load1m: number;
}

const fsyncBytes = 400 * 1024;
const fsyncRuns = 40;

function fsyncP50Ms(folder: string): number {
  const path = join(folder, "fsync");
  const data = new Uint8Array(fsyncBytes).fill(0x5a);
  const file = openSync(path, "a", 0o600);
  try {
    const samples = Array.from({ length: fsyncRuns }, () => {
      const started = performance.now();
      writeSync(file, data);
      fdatasyncSync(file);
      return performance.now() - started;
    });
    return Number(percentile(samples, 0.5).toPrecision(3));
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** Looks at this machine; `folder` is on the disk that the benches use. */
export function machineFacts(folder: string): MachineFacts {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    kernel: `${type()} ${release()}`,
    node: process.version,
    fsyncP50Ms: fsyncP50Ms(folder),
    load1m: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

/** The commit that was measured, `+` behind it if files differ from it; "" outside of a repository. */
export function measuredCommit(root: string): string {
  const git = (...words: string[]): string =>
    execFileSync("git", words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "packages", "apps", "package-lock.json");
    return `${git("rev-parse", "HEAD")}${changed === "" ? "" : "+"}`;
  } catch {
    return "";
  }
}
