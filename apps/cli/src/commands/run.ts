import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { CliError, type Command, exitCodes } from "../command.ts";
import { runSource } from "./test.ts";

const root = join(import.meta.dirname, "../../../..");

async function tool(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words as [string, ...string[]];
  const child = spawn(join(root, "node_modules/.bin", name), rest, { cwd: root, stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? exitCodes.interrupted;
}

const checks: readonly (readonly string[])[] = [
  ["tsc", "-p", "tsconfig.pure.json"],
  ["tsc", "-p", "tsconfig.json"],
  ["biome", "check", "--error-on-warnings", "."],
  ["knip"],
];

/** Types, lint and format, dead code; the architecture is a test of its own. */
async function check(): Promise<number> {
  let worst = 0;
  for (const words of checks) {
    process.stderr.write(`check: ${words.join(" ")}\n`);
    worst = Math.max(worst, await tool(words));
  }
  worst = Math.max(worst, await runSource("test/runner/main.ts", ["architecture"]));
  return worst === 0 ? exitCodes.ok : exitCodes.failed;
}

const scripts: Readonly<Record<string, () => Promise<number>>> = {
  check,
  gen: () => runSource("packages/wire/scripts/generate.ts", []),
  docs: () => runSource("test/docs/write.ts", []),
  format: () => tool(["biome", "check", "--write", "."]),
};

export const run: Command = {
  spec: {
    name: "run",
    about: `Runs one of the repository's own chores: ${Object.keys(scripts).join(", ")}. npm run NAME does the same.`,
    operands: "NAME",
    minOperands: 1,
    maxOperands: 1,
    options: {},
    examples: ["stoa run check"],
  },
  run: (invocation) => {
    const name = invocation.operands[0] as string;
    const script = scripts[name];
    if (script === undefined)
      throw new CliError("usage", `no chore ${name}`, {
        hint: `one of: ${Object.keys(scripts).join(", ")}`,
        exitCode: exitCodes.usage,
      });
    return script();
  },
};
