import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { HostError } from "./errors.ts";
import { acquireLock } from "./lock-file.ts";

function lockPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "stoa-lock-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "lock");
}

/**
 * A process that says `won` or the error's code, keeps what it won, though nothing in it refers to the lock any more, and
 * does `then` when it is told to go on.
 */
function racer(path: string, then: string): ChildProcess & { stdout: NonNullable<ChildProcess["stdout"]> } {
  const url = JSON.stringify(join(import.meta.dirname, "lock-file.ts"));
  const script = `
    import { acquireLock } from ${url};
    let word = "won";
    try { acquireLock({ path: ${JSON.stringify(path)}, purpose: "race" }); }
    catch (error) { word = error.code; }
    gc();
    setImmediate(() => console.log(word));
    process.stdin.resume();
    process.stdin.on("end", () => { ${then} });
  `;
  const words = ["--disable-warning=ExperimentalWarning", "--expose-gc", "--input-type=module", "-e", script];
  return spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] });
}

async function wordOf(process: ReturnType<typeof racer>): Promise<string> {
  return String((await once(process.stdout, "data"))[0]).trim();
}

function isLocked(pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof HostError);
    assert.deepEqual([error.code, error.fault], ["locked", "user"]);
    assert.match(error.message, pattern);
    return true;
  };
}

test("a second holder is refused and told by whom; after release it may", (t) => {
  const path = lockPath(t);
  const first = acquireLock({ path, purpose: "up" });
  assert.throws(() => acquireLock({ path, purpose: "reset" }), isLocked(new RegExp(`up, process ${process.pid}, `)));
  first.close();
  first.close();
  assert.equal(existsSync(path), false);
  acquireLock({ path, purpose: "reset" }).close();
});

test("another process is refused as long as the holder lives; killed, it holds nothing", async (t) => {
  const path = lockPath(t);
  const holder = racer(path, "");
  t.after(() => holder.kill("SIGKILL"));
  assert.equal(await wordOf(holder), "won");
  assert.throws(() => acquireLock({ path, purpose: "up" }), isLocked(new RegExp(`race, process ${holder.pid}, `)));
  const gone = once(holder, "exit");
  holder.kill("SIGKILL");
  await gone;
  acquireLock({ path, purpose: "up" }).close();
});

test("whatever a dead holder left in the file, the lock is free", (t) => {
  const path = lockPath(t);
  const left = [JSON.stringify({ pid: process.pid, purpose: "up" }), "", "half a lo"];
  for (const content of left) {
    writeFileSync(path, content);
    acquireLock({ path, purpose: "down" }).close();
  }
});

test("a holder that is not named yet is refused all the same", (t) => {
  const path = lockPath(t);
  const lock = acquireLock({ path, purpose: "up" });
  t.after(() => lock.close());
  rmSync(path);
  assert.throws(() => acquireLock({ path, purpose: "down" }), isLocked(/at work here: lock /));
});

test("of many processes that race for a dead process's lock exactly one wins", async (t) => {
  const path = lockPath(t);
  const dead = racer(path, "");
  assert.equal(await wordOf(dead), "won");
  const gone = once(dead, "exit");
  dead.kill("SIGKILL");
  await gone;
  const racers = Array.from({ length: 6 }, () => racer(path, "process.exit(0)"));
  const words = await Promise.all(racers.map(wordOf));
  for (const each of racers) each.stdin?.end();
  assert.deepEqual(words.sort(), ["locked", "locked", "locked", "locked", "locked", "won"]);
});

test("of two that ask at the same moment one gets it", async (t) => {
  const path = lockPath(t);
  const rounds = 15;
  const roundMs = 120;
  // Far enough ahead that both processes have started by then.
  const script = `
    import { acquireLock } from ${JSON.stringify(join(import.meta.dirname, "lock-file.ts"))};
    process.stdin.once("data", (startMs) => {
      let won = "";
      for (let round = 0; round < ${rounds}; round++) {
        while (Date.now() < Number(startMs) + round * ${roundMs});
        try { acquireLock({ path: ${JSON.stringify(path)} + round, purpose: "race" }); won += "1"; } catch { won += "0"; }
      }
      console.log(won);
      process.stdin.once("data", () => process.exit(0));
    });
    console.log("ready");
  `;
  const words = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", script];
  const racers = [0, 1].map(() => spawn(process.execPath, words, { stdio: ["pipe", "pipe", "inherit"] }));
  await Promise.all(racers.map(wordOf));
  const startMs = String(Date.now() + 50);
  for (const { stdin } of racers) stdin.write(startMs);
  const [one = "", other = ""] = await Promise.all(racers.map(wordOf));
  for (const { stdin } of racers) stdin.end("done");
  assert.equal(one.length, rounds);
  for (let round = 0; round < rounds; round++) assert.equal(Number(one[round]) + Number(other[round]), 1);
});

test("a folder that is not there is told, not waited for", (t) => {
  const path = join(lockPath(t), "nowhere", "lock");
  assert.throws(
    () => acquireLock({ path, purpose: "up" }),
    (error: unknown) => error instanceof HostError && error.code === "io" && error.message.includes(path),
  );
});
