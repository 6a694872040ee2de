import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { problemCodes, problemCodesPage } from "./problem-codes.ts";

test("docs/sdl-problems.md is what the table says", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/sdl-problems.md"), "utf8");
  assert.equal(page, problemCodesPage(), "run: node packages/sdl/scripts/write-problems-page.ts");
});

test("every code is used by the compiler", () => {
  const sources = ["yaml-reader", "go-decoder", "go-read", "go-read-compute", "go-read-service", "go-build", "go-rules"]
    .concat(["go-compile", "ts-compile", "ts-value", "ts-shape", "ts-schema", "ts-rules", "ts-build"])
    .map((name) => readFileSync(join(import.meta.dirname, `${name}.ts`), "utf8"))
    .join("\n");
  const unused = Object.keys(problemCodes).filter((code) => !sources.includes(`"${code}"`));
  assert.deepEqual(unused, []);
});
