import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pureHash } from "@stoa/std/crypto";
import { haveVectors, vectorsDir } from "@stoa/test";
import { checkSdlVector } from "./sdl.vectors.ts";

const folder = join(vectorsDir, "sdl");

test("recorded SDLs, both dialects", { skip: haveVectors() ? false : "no vectors folder beside the checkout" }, () => {
  const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as readonly { readonly name: string }[];
  assert.ok(index.length > 0, "the index names no SDL");
  const failures = index.flatMap(({ name }) => {
    const input = readFileSync(join(folder, "public", name, "input.yaml"), "utf8");
    const expected = JSON.parse(readFileSync(join(folder, "public", name, "expected.json"), "utf8")) as object;
    return checkSdlVector({ name, input, expected, hash: pureHash });
  });
  const lines = failures.slice(0, 20).map(({ case: name, field, message }) => `${name} ${field}: ${message}`);
  assert.equal(failures.length, 0, `${failures.length} disagreements:\n${lines.join("\n")}`);
});
