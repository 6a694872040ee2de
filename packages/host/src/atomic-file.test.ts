import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileError, writeFileAtomic } from "./atomic-file.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "stoa-file-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("writes and replaces a file, private by default, leaving nothing else", (t) => {
  const home = folder(t);
  const path = join(home, "key.json");
  writeFileAtomic(path, "one");
  writeFileAtomic(path, new Uint8Array([116, 119, 111]));
  assert.equal(readFileSync(path, "utf8"), "two");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  writeFileAtomic(path, "three", 0o644);
  assert.equal(statSync(path).mode & 0o777, 0o644);
  assert.deepEqual(readdirSync(home), ["key.json"]);
});

test("a failure keeps the old content, leaves no scrap and says what failed", (t) => {
  const home = folder(t);
  mkdirSync(join(home, "taken"));
  writeFileSync(join(home, "taken/inside"), "old");
  assert.throws(() => writeFileAtomic(join(home, "taken"), "new"), { code: "io" });
  assert.throws(() => writeFileAtomic(join(home, "missing/file"), "new"), { code: "io" });
  assert.equal(readFileSync(join(home, "taken/inside"), "utf8"), "old");
  assert.deepEqual(readdirSync(home), ["taken"]);
  const full = fileError(Object.assign(new Error("ENOSPC: no space"), { code: "ENOSPC" }), "cannot write x");
  assert.equal(full.code, "disk-full");
  assert.match(full.message, /cannot write x: the disk is full; free some space/);
});
