import { testEngine } from "./engine.ts";
import { testGroups } from "./groups.ts";
import { runGroup, type Totals } from "./run-group.ts";

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
    let interrupted = false;
    process.once("SIGINT", () => {
      interrupted = true;
    });
    for (const group of chosen) if (!interrupted) await runGroup({ group, env, totals, print: console.log });
  } finally {
    await engine?.stop();
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  if (totals.failed > 0 || totals.passed === 0) process.exitCode = 1;
}

await main();
