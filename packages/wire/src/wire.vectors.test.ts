import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { haveVectors, testFamily, vectorsDir } from "@stoa/test";
import { wireFamilies } from "./wire.vectors.ts";

for (const family of wireFamilies) testFamily(family);

test("every recorded package has a family", { skip: haveVectors() ? false : "no vectors folder" }, () => {
  const files = readdirSync(join(vectorsDir, "lib/wire")).filter((file) => !file.startsWith("_"));
  const covered = new Set(wireFamilies.map((family) => family.file));
  assert.deepEqual(
    files.filter((file) => !covered.has(`lib/wire/${file}`)),
    [],
  );
});
