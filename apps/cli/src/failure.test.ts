import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { HostError } from "@stoa/host";
import { CliError } from "./command.ts";
import { failureOf } from "./failure.ts";

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("a home that cannot be made is told with its path and what to do", () => {
  const failure = failureOf(thrownBy(() => mkdirSync(`${import.meta.filename}/keys`)));
  assert.equal(failure.code, "io");
  assert.match(failure.message, /failure\.test\.ts\/keys: a part of this path is a file/);
  assert.match(failure.hint ?? "", /--home/);
});

test("what nobody foresaw has a message and no stack", () => {
  const failure = failureOf(new TypeError("x is undefined"));
  assert.equal(failure.code, "internal");
  assert.equal(failure.exitCode, 1);
  assert.doesNotMatch(failure.message, /\n| at /);
});

test("errors of the node, the host and the store keep their words", () => {
  const full = Object.assign(new Error("the disk is full; free some space"), { code: "disk-full" });
  assert.deepEqual([failureOf(full).code, failureOf(full).message], ["disk_full", full.message]);
});

test("failures that say it already stay as they are", () => {
  const known = new CliError("usage", "no", { exitCode: 2 });
  assert.equal(failureOf(known), known);
  assert.equal(failureOf(new HostError("locked", "user", "somebody is at work")).code, "locked");
});
