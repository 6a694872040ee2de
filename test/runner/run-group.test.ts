import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { TestGroup } from "./groups.ts";
import { runGroup } from "./run-group.ts";

const imports = 'import { describe, it, test } from "node:test";\n';
const hangs = "() => new Promise(() => setInterval(() => {}, 1000))";

/** Runs test files of these contents as a group; what was counted and printed. */
async function runFiles(t: TestContext, contents: readonly string[], limits: Partial<TestGroup>) {
  const folder = mkdtempSync(join(tmpdir(), "stoa-runner-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = contents.map((content, at) => {
    const path = join(folder, `${at}.test.mjs`);
    writeFileSync(path, imports + content);
    return path;
  });
  const group = { name: "group", files, oneProcess: false, limitSeconds: 60, needsEngine: false, ...limits };
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const printed: string[] = [];
  // A test runner below a test runner must not take itself for a part of it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  await runGroup({ group, env, totals, print: (line) => printed.push(line) });
  return { totals, text: printed.join("\n") };
}

test("passes, failures and skips are counted once each, suites and files not at all", async (t) => {
  const mixed = 'describe("s", () => { it("good", () => {}); it("bad", () => { throw new Error("why"); }); });';
  const skipped = 'test("later", { skip: "not today" }, () => {}); test("fine", () => {});';
  const { totals, text } = await runFiles(t, [mixed, skipped], {});
  assert.deepEqual(totals, { passed: 2, failed: 1, skipped: 1 });
  assert.match(text, /FAILED .*0\.test\.mjs: bad\n +Error: why/);
  assert.match(text, /skipped .*1\.test\.mjs: later \(not today\)/);
});

test("a file that cannot be read fails", async (t) => {
  const { totals } = await runFiles(t, ["this is no program", 'test("fine", () => {});'], {});
  assert.deepEqual(totals, { passed: 1, failed: 1, skipped: 0 });
});

test("a test that hangs fails by its name, and the others are heard", async (t) => {
  const first = `test("hangs", ${hangs}); test("after", () => {});`;
  const { totals, text } = await runFiles(t, [first, 'test("fine", () => {});'], { testLimitSeconds: 1 });
  assert.deepEqual(totals, { passed: 2, failed: 1, skipped: 0 });
  assert.match(text, /FAILED .*0\.test\.mjs: hangs/);
});

test("a group that is not done in its time says what had not ended", async (t) => {
  const { totals, text } = await runFiles(t, [`test("hangs", ${hangs});`, 'test("fine", () => {});'], {
    limitSeconds: 2,
  });
  assert.deepEqual(totals, { passed: 1, failed: 1, skipped: 0 });
  assert.match(text, /not done in 2 s/);
  assert.match(text, /not ended: .*0\.test\.mjs: hangs/);
});
