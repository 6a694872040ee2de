import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { processStart } from "./process-start.ts";

test("a process that runs has a start; one that ended has none, collected or not", async (t) => {
  assert.notEqual(processStart(process.pid), "");
  // The shell becomes `sleep`, which never collects the child it was left with.
  const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 30"], { stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => parent.kill("SIGKILL"));
  const child = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
  const isZombie = (): boolean => / Z /.test(readFileSync(`/proc/${child}/stat`, "utf8"));
  for (const deadline = Date.now() + 10_000; !isZombie(); ) {
    assert.ok(Date.now() < deadline, "the child did not end");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(processStart(child), "");
  assert.equal(processStart(2 ** 22 + 1), "", "a number that no process has");
});

test("a process that ends while it is looked at has none", async () => {
  // A look falls into the end of one in three of them.
  for (let round = 0; round < 30; round++) {
    const parent = spawn("sh", ["-c", "sleep 0.01 & echo $!; wait"], { stdio: ["ignore", "pipe", "ignore"] });
    const child = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
    const deadline = Date.now() + 10_000;
    while (processStart(child) !== "") assert.ok(Date.now() < deadline, "the child did not end");
  }
});
