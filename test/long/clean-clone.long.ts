import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { noEngine, statusOf } from "../e2e/stoa.ts";

const root = join(import.meta.dirname, "../..");
/** Installing what a fresh clone lacks takes a minute at most; the first round of `up` a few seconds more. */
const upMs = 240_000;

/** A folder of PATH with a Node 20 or 22, older than the pinned one: what a newcomer's machine has. */
function folderOfOlderNode(): string | undefined {
  return (process.env.PATH ?? "").split(delimiter).find((folder) => {
    const node = join(folder, "node");
    if (!existsSync(node) || !existsSync(join(folder, "npm"))) return false;
    const version = execFileSync(node, ["--version"], { encoding: "utf8" });
    return /^v2[0-3]\./.test(version);
  });
}

const olderNode = folderOfOlderNode();
const skip = noEngine() ?? (olderNode === undefined ? "no Node older than the pinned one is on the PATH" : false);

/** The README's first two commands, as they stand there. */
function readmeCommands(): readonly string[] {
  const lines = readFileSync(join(root, "README.md"), "utf8").split("\n");
  return lines.filter((line) => line.startsWith("./stoa ")).slice(0, 2);
}

interface Shell {
  readonly child: ChildProcess;
  readonly text: () => string;
  readonly code: Promise<number | null>;
}

function inClone(folder: string, line: string): Shell {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    STOA_HOME: join(folder, "home"),
    PATH: `${olderNode}:/usr/sbin:/usr/bin:/sbin:/bin`,
  };
  // What this test run set for itself must not reach the newcomer's shell.
  for (const name of ["NODE_COMPILE_CACHE", "NODE_TEST_CONTEXT", "NODE_OPTIONS", "STOA_LONG"]) delete env[name];
  const child = spawn("/bin/sh", ["-c", `exec ${line}`], {
    cwd: join(folder, "stoa"),
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part: Buffer) => {
      text += part.toString("utf8");
    });
  return { child, text: () => text, code: new Promise((resolve) => child.once("close", resolve)) };
}

async function servedUrl(shell: Shell): Promise<string> {
  for (const deadline = Date.now() + upMs; Date.now() < deadline && shell.child.exitCode === null; ) {
    const url = /open (http:\S+) in a browser/.exec(shell.text())?.[1];
    if (url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`no page was served:\n${shell.text()}`);
}

test("the README's two commands work in a clean clone, begun with an older Node", { skip }, async (t) => {
  const [up, tests] = readmeCommands();
  assert.ok(up !== undefined && tests !== undefined, "the README does not show two commands");
  const folder = mkdtempSync(join(tmpdir(), "stoa-clone-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync("git", ["clone", "--quiet", root, join(folder, "stoa")]);
  const vectors = join(root, "../shared");
  if (existsSync(vectors)) symlinkSync(vectors, join(folder, "shared"));

  const shown = inClone(folder, up);
  assert.equal(await statusOf(await servedUrl(shown)), 200);
  shown.child.kill("SIGINT");
  assert.equal(await shown.code, 0, shown.text());
  const reset = inClone(folder, "./stoa reset");
  assert.equal(await reset.code, 0, reset.text());

  const tested = inClone(folder, tests);
  assert.equal(await tested.code, 0, tested.text());
  assert.match(tested.text().trim().split("\n").at(-1) ?? "", /^\d+ passed, 0 failed, \d+ skipped$/);
});
