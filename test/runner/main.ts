import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { testEngine } from "./engine.ts";
import { type TestGroup, testGroups } from "./groups.ts";
import type { Outcome } from "./reporter.ts";

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

function parseOutcome(line: string): Outcome | undefined {
  if (!line.startsWith('{"outcome"')) return undefined;
  try {
    return JSON.parse(line) as Outcome;
  } catch {
    return undefined;
  }
}

async function runGroup(group: TestGroup, env: NodeJS.ProcessEnv, totals: Totals): Promise<void> {
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
      ...group.files,
    ],
    { env, stdio: ["ignore", "pipe", "inherit"], detached: true },
  );
  const stop = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  };
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    stop();
  }, group.limitSeconds * 1000);
  process.once("SIGINT", stop);
  const exited = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  for await (const line of createInterface({ input: child.stdout })) {
    const outcome = parseOutcome(line);
    if (outcome === undefined) continue;
    if (outcome.outcome === "pass") totals.passed++;
    else if (outcome.outcome === "skip") {
      totals.skipped++;
      console.log(`  skipped ${outcome.file}: ${outcome.name} (${outcome.reason ?? "no reason given"})`);
    } else {
      totals.failed++;
      console.log(`  FAILED ${outcome.file}: ${outcome.name}\n${(outcome.reason ?? "").replace(/^/gm, "    ")}`);
    }
  }
  const code = await exited;
  clearTimeout(limit);
  process.off("SIGINT", stop);
  // A group that dies without a failed test (a crash, a time limit) is a failure all the same.
  if (code !== 0 && totals.failed === before.failed) {
    totals.failed++;
    console.log(`  FAILED ${group.name}: ${late ? `not done in ${group.limitSeconds} s` : `exit code ${code}`}`);
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  console.log(
    `${group.name}: ${totals.passed - before.passed} passed, ${totals.failed - before.failed} failed (${seconds.toFixed(1)} s)`,
  );
}

/** `./stoa test [--long] [GROUP...]`: runs the groups one after another and ends with one line of totals. */
async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const long = words.includes("--long");
  const only = words.filter((word) => !word.startsWith("--"));
  const known = testGroups(long);
  const unknown = only.filter((name) => !known.some((group) => group.name === name));
  if (unknown.length > 0) {
    console.error(`no such group: ${unknown.join(", ")}. Groups: ${known.map((group) => group.name).join(", ")}`);
    process.exitCode = 2;
    return;
  }
  const chosen = known.filter(({ name }) => only.length === 0 || only.includes(name));
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  const engine = chosen.some(({ needsEngine }) => needsEngine) ? await testEngine() : undefined;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...(long ? { STOA_LONG: "1" } : {}),
    ...(engine?.dockerHost === undefined ? {} : { DOCKER_HOST: engine.dockerHost }),
  };
  try {
    for (const group of chosen) await runGroup(group, env, totals);
  } finally {
    await engine?.stop();
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  if (totals.failed > 0 || totals.passed === 0) process.exitCode = 1;
}

await main();
