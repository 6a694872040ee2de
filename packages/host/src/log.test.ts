import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type LogLevel } from "./log.ts";

function lines(json: boolean, level: LogLevel = "debug") {
  const out: string[] = [];
  const clock = { nowNs: () => 1_700_000_000_123_000_000n };
  return { out, log: createLog({ level, json, clock, write: (line) => out.push(line) }) };
}

test("a JSON line carries time, level, message and the fields of all parents", () => {
  const { out, log } = lines(true);
  log.child({ module: "mempool" }).child({ peer: "x" }).warn("full", { size: 10n, skipped: undefined, level: "odd" });
  assert.deepEqual(JSON.parse(out[0] ?? ""), {
    time: "2023-11-14T22:13:20.123Z",
    level: "warn",
    message: "full",
    module: "mempool",
    peer: "x",
    size: "10",
    field_level: "odd",
  });
  assert.ok(out[0]?.endsWith("}\n"));
});

test("a text line escapes what others sent, and cuts what is too long", () => {
  const { out, log } = lines(false);
  log.info("received", { from: "a\nb\u001b[31m", height: 5, long: "x".repeat(3000) });
  const [line = ""] = out;
  assert.match(line, /^2023-11-14T22:13:20\.123Z INFO {2}received from="a\\nb\\u001b\[31m" height=5 long=/);
  assert.equal(line.split("\n").length, 2);
  assert.ok(line.length < 2300);
});

test("lines below the level are not written", () => {
  const { out, log } = lines(true, "warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  assert.deepEqual(
    out.map((line) => JSON.parse(line).message),
    ["c", "d"],
  );
  const silent = lines(true, "silent");
  silent.log.error("e");
  assert.deepEqual(silent.out, []);
});
