import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { silentLog } from "@stoa/std";
import { type ProcessEvents, runProcess } from "./lifecycle.ts";

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

function fake(): FakeProcess & ProcessEvents {
  return new FakeProcess() as FakeProcess & ProcessEvents;
}

const log = silentLog;

test("a signal ends the program: its scope is released, its listeners are gone, the code is 0", async () => {
  const host = fake();
  const seen: string[] = [];
  const code = await runProcess({
    log,
    process: host,
    async start(scope, { stopping }) {
      scope.defer("server", () => void seen.push("closed"));
      setTimeout(() => {
        host.emit("SIGTERM", "SIGTERM");
        seen.push(`stopping ${stopping.aborted}`);
      }, 5);
    },
  });
  assert.equal(code, 0);
  assert.deepEqual(seen, ["stopping true", "closed"]);
  assert.equal(host.eventNames().length, 0);
  assert.deepEqual(host.exits, []);
});

test("the program may end itself with a code", async () => {
  const code = await runProcess({ log, process: fake(), start: async (_scope, { stop }) => stop(7) });
  assert.equal(code, 7);
});

test("a second signal ends the process at once", async () => {
  const host = fake();
  const code = await runProcess({
    log,
    process: host,
    async start(scope) {
      scope.defer("slow", () => {
        host.emit("SIGINT", "SIGINT");
      });
      host.emit("SIGINT", "SIGINT");
    },
  });
  assert.equal(code, 0);
  assert.deepEqual(host.exits, [130]);
});

test("a stop that hangs ends the process after the grace", async () => {
  const host = fake();
  let release = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    release = resolve;
  });
  host.exit = (code) => {
    host.exits.push(code);
    release();
  };
  await runProcess({
    log,
    process: host,
    graceMs: 20,
    async start(scope, { stop }) {
      scope.defer("hangs", () => closed);
      stop(0);
    },
  });
  assert.deepEqual(host.exits, [1]);
});

test("a failed start is thrown after what it held is released", async () => {
  const seen: string[] = [];
  const host = fake();
  const run = runProcess({
    log,
    process: host,
    async start(scope) {
      scope.defer("lock", () => void seen.push("lock released"));
      throw new Error("port taken");
    },
  });
  await assert.rejects(run, /port taken/);
  assert.deepEqual(seen, ["lock released"]);
  assert.equal(host.eventNames().length, 0);
});

test("a start that gives up because it was told to is no failure", async () => {
  const host = fake();
  const code = await runProcess({
    log,
    process: host,
    async start(_scope, { stopping }) {
      host.emit("SIGINT", "SIGINT");
      stopping.throwIfAborted();
    },
  });
  assert.equal(code, 0);
});

test("an error that nobody caught stops cleanly with code 1", async () => {
  const host = fake();
  const seen: string[] = [];
  const code = await runProcess({
    log: { ...log, error: (message, fields) => void seen.push(`${message}: ${fields?.reason}`) },
    process: host,
    async start(scope) {
      scope.defer("server", () => void seen.push("closed"));
      host.emit("uncaughtException", new Error("boom"));
    },
  });
  assert.equal(code, 1);
  assert.deepEqual(seen, ["an error that nobody caught: boom", "closed"]);
});
