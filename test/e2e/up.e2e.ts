import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { containersOf, helloSdl, noEngine, Running, statusOf, stoa, until, withHome } from "./stoa.ts";

const skip = noEngine() ?? false;

test("up --check makes one whole round, says so to machines, and leaves nothing running", { skip }, () =>
  withHome(async (home) => {
    const { code, stdout, events, stderr } = await stoa("up", "--yes", "--check", "--json", "--home", home, helloSdl);
    assert.equal(code, 0, stderr);
    assert.ok(
      stdout.split("\n").every((line) => line === "" || line.startsWith("{")),
      "something else than JSON on stdout",
    );
    const names = events.map(({ event }) => event);
    for (const name of ["ready", "created", "bids", "lease", "serving", "fetched", "closed", "verdict"])
      assert.ok(names.includes(name), `no ${name} in ${names.join(" ")}`);
    const ready = events.find(({ event }) => event === "ready") as Record<string, unknown>;
    for (const url of [ready.rpc, ready.rest, ready.grpc]) assert.match(String(url), /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((ready.providers as unknown[]).length, 3);
    const verdict = events.at(-1) as Record<string, unknown>;
    assert.equal(verdict.event, "verdict");
    assert.equal(verdict.ok, true);
    assert.ok(BigInt(String(verdict.owed)) > 0n, "the round is too cheap to prove anything");
    assert.equal(verdict.fetched, 2);
    assert.deepEqual(await containersOf(home), []);
  }),
);

test("two homes on one machine do not touch each other", { skip }, () =>
  withHome((first) =>
    withHome(async (second) => {
      const words = ["up", "--check", "--json", "--providers", "1", helloSdl, "--home"];
      const outcomes = await Promise.all([stoa(...words, first), stoa(...words, second)]);
      for (const { code, events, stderr } of outcomes) {
        assert.equal(code, 0, stderr);
        assert.equal(events.at(-1)?.ok, true);
      }
    }),
  ),
);

test("down keeps leases, and up goes on with the same container", { skip }, () =>
  withHome(async (home) => {
    const first = await stoa("up", "-d", "--json", "--home", home, helloSdl);
    assert.equal(first.code, 0, first.stderr);
    const uri = String(first.events.find(({ event }) => event === "serving")?.uri);
    assert.equal(await statusOf(uri), 200);
    const [container] = await containersOf(home);
    assert.equal((await stoa("down", "--home", home)).code, 0);
    assert.equal(await statusOf(uri), 0);
    const stopped = await containersOf(home);
    assert.deepEqual(
      stopped.map(({ Id, State }) => [Id, State]),
      [[container?.Id, "exited"]],
    );
    const again = await stoa("up", "-d", "--json", "--home", home, helloSdl);
    assert.equal(again.code, 0, again.stderr);
    assert.ok(again.events.some(({ event }) => event === "serving"));
    assert.ok(!again.events.some(({ event }) => event === "created"), "the same command deployed once more");
    await until("the container runs again", 20_000, async () => (await containersOf(home))[0]?.State === "running");
    assert.equal((await containersOf(home))[0]?.Id, container?.Id);
    const closed = await stoa("down", "--close", "--home", home, "--json");
    assert.equal(closed.code, 0, closed.stderr);
    assert.ok(closed.events.some(({ event }) => event === "closed"));
    assert.deepEqual(await containersOf(home), []);
  }),
);

test("Ctrl-C stops everything, and a second up meanwhile is told who is at work", { skip }, () =>
  withHome(async (home) => {
    const running = new Running(["up", "--json", "--providers", "1", "--home", home, helloSdl]);
    const serving = await running.event("serving");
    const second = await stoa("up", "--home", home);
    assert.equal(second.code, 1);
    assert.match(second.stderr, /another command is at work here/);
    running.child.kill("SIGINT");
    const { code } = await running.finished;
    assert.equal(code, 0);
    assert.equal(await statusOf(String(serving.uri)), 0);
    assert.deepEqual(
      (await containersOf(home)).map(({ State }) => State),
      ["exited"],
    );
  }),
);

test("Ctrl-C in the middle of the auction closes what was opened; the money is back", { skip }, () =>
  withHome(async (home) => {
    const running = new Running(["up", "--json", "--providers", "1", "--home", home, helloSdl]);
    await running.event("created");
    running.child.kill("SIGINT");
    const { code, stderr, stdout } = await running.finished;
    assert.equal(code, 130, stderr);
    assert.doesNotMatch(stderr + stdout, /at .*\.ts:\d+/, "a stack was shown");
    assert.deepEqual(await containersOf(home), []);
    assert.equal((await stoa("up", "-d", "--providers", "1", "--home", home)).code, 0);
    const { events } = await stoa("status", "--json", "--home", home);
    assert.deepEqual(events.at(-1)?.deployments, [], "a deployment is still open");
  }),
);

test("an up that was killed while it started leaves nothing that stops the next", { skip }, () =>
  withHome(async (home) => {
    const running = new Running(["up", "--json", "--providers", "1", "--home", home]);
    const started = join(home, "run", "node.child.json");
    await until("the node is started", 20_000, async () => existsSync(started));
    running.child.kill("SIGKILL");
    await running.finished;
    const again = await stoa("up", "-d", "--json", "--providers", "1", "--home", home);
    assert.equal(again.code, 0, again.stderr);
    assert.equal((await stoa("down", "--home", home)).code, 0);
  }),
);

test("a home of which a part was removed is refused, with what to do", { skip }, () =>
  withHome(async (home) => {
    assert.equal((await stoa("up", "-d", "--providers", "1", "--home", home)).code, 0);
    assert.equal((await stoa("down", "--home", home)).code, 0);
    rmSync(join(home, "node", "data"), { recursive: true });
    const { code, stderr } = await stoa("up", "-d", "--home", home);
    assert.equal(code, 1);
    assert.match(stderr, /data is missing.*\n.*stoa reset/);
  }),
);
