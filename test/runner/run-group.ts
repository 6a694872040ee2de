import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { TestGroup } from "./groups.ts";
import type { Outcome } from "./reporter.ts";

/** How many tests ended how; counted on by each group. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

function parseOutcome(line: string): Outcome | undefined {
  if (!line.startsWith('{"name"')) return undefined;
  try {
    return JSON.parse(line) as Outcome;
  } catch {
    return undefined;
  }
}

/** A test as people are told of it; one without a name is its file. */
const label = ({ file, name }: Outcome): string => (name === "" ? file : `${file}: ${name}`);

/** What {@link runGroup} needs. */
export interface GroupRun {
  readonly group: TestGroup;
  readonly env: NodeJS.ProcessEnv;
  readonly totals: Totals;
  print(line: string): void;
}

/** Runs the tests of a group within its limits and prints what failed and how many passed. */
export async function runGroup({ group, env, totals, print }: GroupRun): Promise<void> {
  const started = process.hrtime.bigint();
  const before = { ...totals };
  const child = spawn(
    process.execPath,
    [
      "--disable-warning=ExperimentalWarning",
      "--test",
      `--test-isolation=${group.oneProcess ? "none" : "process"}`,
      "--test-concurrency=2",
      `--test-reporter=${import.meta.dirname}/reporter.ts`,
      ...(group.testLimitSeconds === undefined
        ? []
        : ["--test-force-exit", `--test-timeout=${group.testLimitSeconds * 1000}`]),
      ...group.files,
    ],
    { env, stdio: ["ignore", "pipe", "inherit"], detached: true },
  );
  const lines = createInterface({ input: child.stdout });
  const stop = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // Gone already, but something that it started keeps its output open.
      lines.close();
      child.stdout.destroy();
    }
  };
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    stop();
  }, group.limitSeconds * 1000);
  process.once("SIGINT", stop);
  const running = new Map<string, number>();
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  for await (const line of lines) {
    const outcome = parseOutcome(line);
    if (outcome === undefined) continue;
    const text = label(outcome);
    running.set(text, (running.get(text) ?? 0) + (outcome.outcome === "begin" ? 1 : -1));
    if (outcome.outcome === "pass") totals.passed++;
    else if (outcome.outcome === "skip") {
      totals.skipped++;
      print(`  skipped ${text} (${outcome.reason ?? "no reason given"})`);
    } else if (outcome.outcome === "fail") {
      totals.failed++;
      print(`  FAILED ${text}\n${(outcome.reason ?? "").replace(/^/gm, "    ")}`);
    }
  }
  const code = await exited;
  clearTimeout(limit);
  process.off("SIGINT", stop);
  // A group that dies without a failed test (a crash, a time limit) is a failure all the same.
  if (late || (code !== 0 && totals.failed === before.failed)) {
    totals.failed++;
    print(`  FAILED ${group.name}: ${late ? `not done in ${group.limitSeconds} s` : `exit code ${code}`}`);
    for (const [text, count] of running) if (count > 0) print(`    not ended: ${text}`);
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  print(
    `${group.name}: ${totals.passed - before.passed} passed, ${totals.failed - before.failed} failed (${seconds.toFixed(1)} s)`,
  );
}
