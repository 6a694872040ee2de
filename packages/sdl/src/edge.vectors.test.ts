import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pureHash } from "@stoa/std/crypto";
import { checkSdlVector } from "./sdl.vectors.ts";

interface EdgeCase {
  readonly name: string;
  readonly input: string;
  readonly expected: object;
}

const folder = join(import.meta.dirname, "../../../test/vectors/sdl");
const edgeCases = 226;

test("edge SDLs of this project, both dialects", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const cases = files.flatMap(
    (name) => (JSON.parse(readFileSync(join(folder, name), "utf8")) as { readonly cases: readonly EdgeCase[] }).cases,
  );
  assert.equal(cases.length, edgeCases);
  const failures = cases.flatMap((one) => checkSdlVector({ ...one, hash: pureHash }));
  assert.deepEqual(failures, []);
});
