import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");

/** The program needs `go` and, once, its modules: from the module cache or a proxy. */
function skipReason(): string | false {
  return spawnSync("go", ["version"]).status === 0 ? false : "go is not installed";
}

async function firstLine(child: ChildProcess): Promise<{ readonly rpc: string }> {
  assert.ok(child.stdout);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return JSON.parse(line) as { rpc: string };
}

test("CometBFT's light client follows changing validators, and believes no lie", { skip: skipReason() }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-light-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, "light");
  const built = spawnSync("go", ["build", "-o", program, "."], {
    cwd: join(root, "test/peers/light"),
    encoding: "utf8",
  });
  assert.equal(built.status, 0, built.stderr);
  const script = join(root, "apps/node/src/testing/run-kv.ts");
  const chain = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, "300", "10"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => chain.kill());
  const { rpc } = await firstLine(chain);
  const wanted = ["-node", rpc, "-trust", "45", "-key", "k50", "-absent", "nope"];
  const peer = spawnSync(program, wanted, { encoding: "utf8", timeout: 120_000 });
  assert.equal(peer.status, 0, peer.stdout + peer.stderr);
  const steps = peer.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { step: string; ok: boolean });
  for (const name of ["skip", "skip at 99/100", "sequence", "backwards", "value", "absence", "header_by_hash", "tx"]) {
    assert.ok(
      steps.some(({ step, ok }) => step === name && ok),
      name,
    );
  }
  assert.equal(steps.filter(({ step }) => step.startsWith("lie: ")).length, 4);
});
