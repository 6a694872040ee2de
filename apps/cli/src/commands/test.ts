import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Command, exitCodes } from "../command.ts";

const root = join(import.meta.dirname, "../../../..");

/** Runs a source file of the repository on this very Node, with our own standard streams. */
export async function runSource(file: string, words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(root, file), ...words], {
    cwd: root,
    stdio: "inherit",
  });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? exitCodes.interrupted;
}

export const test: Command = {
  spec: {
    name: "test",
    about: "Runs Stoa's own tests: what CI runs, or with --long everything. The last line holds the totals.",
    operands: "[GROUP...]",
    maxOperands: 20,
    options: { long: { type: "boolean", about: "soaks, all kills, long fuzz too (up to 80 minutes)" } },
    examples: ["stoa test", "stoa test store chain"],
  },
  run: (invocation) =>
    runSource("test/runner/main.ts", [...(invocation.flag("long") ? ["--long"] : []), ...invocation.operands]),
};

export const testVectors: Command = {
  spec: {
    name: "test vectors",
    about: "Checks our code against a folder of recorded vectors and prints each disagreement.",
    options: {
      from: { type: "string", value: "DIR", about: "a folder laid out like shared/vectors (default: that one)" },
      json: { type: "boolean", about: "one JSON object as the last line" },
    },
    examples: ["stoa test vectors", "stoa test vectors --from ../more-vectors --json"],
  },
  run: (invocation) => {
    const from = invocation.text("from");
    return runSource("test/vectors/run.ts", [
      ...(from === undefined ? [] : ["--from", from]),
      ...(invocation.flag("json") ? ["--json"] : []),
    ]);
  },
};
