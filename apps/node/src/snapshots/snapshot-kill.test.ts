import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Prng, silentLog } from "@stoa/std";
import { emptyCopy, sendTimes, startQuiet } from "../testing/snapshot-world.ts";
import { makeTestHome } from "../testing/test-home.ts";
import { restoreSnapshot } from "./restore-snapshot.ts";
import { createSnapshot, listSnapshots } from "./snapshot-commands.ts";

const kills = process.env.STOA_LONG === "1" ? 20 : 2;
/** Either work takes about so long on a slow machine, so a kill falls into it more often than not. */
const longestWaitMs = 60;

/** Runs the work in a process and kills it so long after its beginning; true if it was done before. */
async function killed(args: readonly string[], afterMs: number): Promise<boolean> {
  const script = join(import.meta.dirname, "..", "testing", "run-snapshot.ts");
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let said = "";
  const begun = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      resolve();
    });
  });
  await Promise.race([begun, ended]);
  await wait(afterMs);
  child.kill("SIGKILL");
  await ended;
  assert.match(said, /begins/);
  return said.includes("done");
}

test("kill -9 while a snapshot is made or restored leaves nothing or all of it", {
  timeout: kills * 30_000,
}, async (t) => {
  const world = await makeTestHome(t);
  const { home, address } = world;
  const node = await startQuiet(world, home);
  await sendTimes(node, address, 2);
  await node.close();
  const prng = new Prng(20_261_121n);
  for (let round = 0; round < kills; round++) {
    const done = await killed(["create", home], prng.below(longestWaitMs));
    const all = listSnapshots(home);
    if (done) assert.equal(all.length, 1);
    // Whatever was left: it is whole, or it can be made now.
    const made = all[0] ?? (await createSnapshot({ home, log: silentLog }));
    const copy = emptyCopy(home, `copy-${round}`);
    const restored = await killed(["restore", copy, made.folder], prng.below(longestWaitMs));
    if (restored) assert.ok(existsSync(join(copy, "data", "state")));
    if (!existsSync(join(copy, "data", "state"))) {
      if (existsSync(join(copy, "data", "state.restoring"))) {
        await assert.rejects(startQuiet(world, copy), /restore again/);
      }
      await restoreSnapshot({ home: copy, from: made.folder, log: silentLog });
    }
    const again = await startQuiet(world, copy);
    assert.ok(again.height() >= node.height());
    await sendTimes(again, address, 1);
    await again.close();
    rmSync(join(home, "data", "snapshots"), { recursive: true });
  }
});
