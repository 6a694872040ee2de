import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pureHash } from "@stoa/std/crypto";
import { compileSdl } from "./compile.ts";

const folder = join(import.meta.dirname, "../../../examples");

for (const name of readdirSync(folder)) {
  test(`examples/${name} compiles in both dialects without warnings`, () => {
    const text = readFileSync(join(folder, name, "deploy.yaml"), "utf8");
    for (const dialect of ["go", "ts"] as const) {
      const compiled = compileSdl(text, { dialect, hash: pureHash });
      assert.deepEqual(compiled.accepted ? compiled.warnings : compiled.problems, []);
    }
  });
}
