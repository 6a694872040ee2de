import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { HostError } from "./errors.ts";
import { acquireLock, lockHolder } from "./lock-file.ts";

function lockPath(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "stoa-lock-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "lock");
}

test("a second holder is refused and told by whom; after release it may", (t) => {
  const path = lockPath(t);
  const first = acquireLock({ path, purpose: "up" });
  assert.equal(lockHolder(path)?.purpose, "up");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.throws(
    () => acquireLock({ path, purpose: "reset" }),
    (error: unknown) => {
      assert.ok(error instanceof HostError);
      assert.deepEqual([error.code, error.fault], ["locked", "user"]);
      assert.match(error.message, new RegExp(`up \\(process ${process.pid}`));
      return true;
    },
  );
  first.close();
  assert.equal(lockHolder(path), undefined);
  acquireLock({ path, purpose: "reset" }).close();
  assert.equal(existsSync(path), false);
});

test("the lock of a dead process, of a reused number, and an unreadable one are taken over", (t) => {
  const path = lockPath(t);
  const dead = spawnSync("true").pid;
  const left = [
    JSON.stringify({ pid: dead, started: "boot/1", purpose: "up" }),
    JSON.stringify({ pid: process.pid, started: "another boot/1", purpose: "up" }),
    "",
    "half a lo",
  ];
  for (const content of left) {
    writeFileSync(path, content);
    assert.equal(lockHolder(path), undefined);
    const lock = acquireLock({ path, purpose: "down" });
    assert.equal(JSON.parse(readFileSync(path, "utf8")).purpose, "down");
    lock.close();
  }
});

test("a process that has ended but was not collected by its parent holds nothing", async (t) => {
  if (process.platform !== "linux") return t.skip("needs /proc");
  const path = lockPath(t);
  const url = join(import.meta.dirname, "lock-file.ts");
  const script = `import { acquireLock } from ${JSON.stringify(url)};
    acquireLock({ path: ${JSON.stringify(path)}, purpose: "up" }); process.kill(process.pid, "SIGKILL");`;
  // The shell becomes `sleep`, which never collects the child it was left with.
  const command = '"$0" --input-type=module -e "$1" & exec sleep 60';
  const parent = spawn("sh", ["-c", command, process.execPath, script], { stdio: "ignore" });
  t.after(() => parent.kill("SIGKILL"));
  const isZombie = (pid: number): boolean => / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  const deadline = Date.now() + 10_000;
  for (;;) {
    assert.ok(Date.now() < deadline, "the child did not end in time");
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (existsSync(path) && isZombie(JSON.parse(readFileSync(path, "utf8")).pid)) break;
  }
  assert.equal(lockHolder(path), undefined);
  acquireLock({ path, purpose: "down" }).close();
});

test("letting go of a lock that another took over leaves theirs alone", (t) => {
  const path = lockPath(t);
  const lock = acquireLock({ path, purpose: "up" });
  writeFileSync(path, "someone else's");
  lock.close();
  assert.equal(readFileSync(path, "utf8"), "someone else's");
});

test("a takeover that died in the middle does not block for ever", (t) => {
  const path = lockPath(t);
  writeFileSync(path, "stale");
  writeFileSync(`${path}.takeover`, "1");
  const old = Date.now() / 1000 - 60;
  utimesSync(`${path}.takeover`, old, old);
  acquireLock({ path, purpose: "up" }).close();
  assert.deepEqual(readdirSync(join(path, "..")), []);
});

test("of many processes that race for a dead process's lock exactly one wins", async (t) => {
  const path = lockPath(t);
  writeFileSync(path, JSON.stringify({ pid: spawnSync("true").pid, started: "boot/1", purpose: "up" }));
  const script = `
    import { acquireLock } from ${JSON.stringify(join(import.meta.dirname, "lock-file.ts"))};
    try { acquireLock({ path: ${JSON.stringify(path)}, purpose: "race" }); console.log("won"); }
    catch (error) { console.log(error.code); }
    process.stdin.resume();
    process.stdin.on("end", () => process.exit(0));
  `;
  const racers = Array.from({ length: 6 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  const words = await Promise.all(racers.map(async (racer) => String((await once(racer.stdout, "data"))[0]).trim()));
  for (const racer of racers) racer.stdin.end();
  assert.deepEqual(words.sort(), ["locked", "locked", "locked", "locked", "locked", "won"]);
});
