import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkManifestAgainstGroups } from "@stoa/market";
import { pureHash } from "@stoa/std/crypto";
import fc from "fast-check";
import { compileSdl } from "./compile.ts";
import { problemsMax } from "./problem.ts";
import { problemCodes } from "./problem-codes.ts";

interface EdgeFile {
  readonly cases: readonly { readonly input: string }[];
}

const folder = join(import.meta.dirname, "../../../test/vectors/sdl");
const seeds = ["other", "storage", "gpu", "ip", "svc"].flatMap((name) =>
  (JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as EdgeFile).cases.map(({ input }) => input),
);
// One SDL takes about a millisecond; this is far beyond, and far below what a user would call hanging.
const answerMaxMs = 5000;

function check(text: string): void {
  const started = performance.now();
  for (const dialect of ["go", "ts"] as const) {
    const compiled = compileSdl(text, { dialect, hash: pureHash });
    if (!compiled.accepted) {
      assert.ok(compiled.problems.length > 0 && compiled.problems.length <= problemsMax);
      for (const { code, message, line, column } of compiled.problems) {
        assert.ok(Object.hasOwn(problemCodes, code) && message.length > 0 && line >= 1 && column >= 1);
      }
    } else if (dialect === "go") {
      assert.equal(checkManifestAgainstGroups(compiled.manifestGroups, compiled.groups ?? []), undefined);
    }
  }
  assert.ok(performance.now() - started < answerMaxMs, "took too long");
}

test("random text is answered", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 2000 }), check), { numRuns: 300 });
});

test("random YAML-like text is answered", () => {
  const word = fc.constantFrom(
    "a",
    "b: ",
    "- ",
    "\n",
    "  ",
    "{",
    "}",
    "[",
    "]",
    "&x ",
    "*x",
    "<<: ",
    "|",
    ">",
    "!!int ",
    "'",
    '"',
    "?",
    "#",
    ",",
    "\t",
    "---\n",
    "~",
    "0x1",
    "é",
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 200 }).map((words) => words.join("")),
      check,
    ),
    { numRuns: 500 },
  );
});

test("mutated SDLs are answered, and what compiles fits its own groups", () => {
  const piece = fc.constantFrom(
    "",
    " ",
    "\n",
    ":",
    "- ",
    "-1",
    "0",
    "1e3",
    "null",
    "true",
    "{}",
    "[]",
    "~",
    "&a ",
    "*a",
    "99999999999999999999",
    "\t",
    '"',
    "é",
    "<<: *a",
  );
  const mutation = fc.record({ seed: fc.nat(), at: fc.nat(), drop: fc.nat({ max: 12 }), put: piece });
  fc.assert(
    fc.property(mutation, ({ seed, at, drop, put }) => {
      const text = seeds[seed % seeds.length] ?? "";
      const from = at % (text.length + 1);
      check(text.slice(0, from) + put + text.slice(from + drop));
    }),
    { numRuns: 1500 },
  );
});

test("values of any kind in any place are answered", () => {
  const value = fc.constantFrom(
    "null",
    "[]",
    "{}",
    "x",
    "1",
    "-1",
    "1.5",
    "true",
    '""',
    "[null]",
    "{a: }",
    "[[]]",
    ".nan",
  );
  fc.assert(
    fc.property(fc.nat(), fc.nat(), value, (seed, line, put) => {
      const lines = (seeds[seed % seeds.length] ?? "").split("\n");
      const at = line % lines.length;
      lines[at] = (lines[at] ?? "").replace(/(:|-) .*$|:$/, (match) => `${match[0]} ${put}`);
      check(lines.join("\n"));
    }),
    { numRuns: 1500 },
  );
});
