import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { VectorFamily } from "./family.ts";

/** The folder of the recorded vectors: STOA_VECTORS, else `../shared/vectors` beside the checkout. */
export const vectorsDir: string = process.env.STOA_VECTORS ?? join(import.meta.dirname, "../../../shared/vectors");

/**
 * True when the vectors are there. With CI=true a missing folder is a failure; elsewhere the caller skips and says so
 * (HOUSE.md, Tests).
 */
export function haveVectors(): boolean {
  if (existsSync(vectorsDir)) return true;
  assert.notEqual(process.env.CI, "true", `the vectors are missing: ${vectorsDir}`);
  return false;
}

/** Registers one node:test that checks a family against its file; prints the first disagreements. */
export function testFamily(family: VectorFamily): void {
  test(`vectors ${family.file}`, { skip: haveVectors() ? false : "no vectors folder beside the checkout" }, () => {
    const report = family.check(readFileSync(join(vectorsDir, family.file), "utf8"));
    assert.ok(report.cases > 0, `${family.file} holds no case`);
    const lines = report.failures.slice(0, 20).map((f) => `${f.case} ${f.field}: ${f.message}`);
    assert.equal(report.failures.length, 0, `${report.failures.length} of ${report.cases}:\n${lines.join("\n")}`);
  });
}
