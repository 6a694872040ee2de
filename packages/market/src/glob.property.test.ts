import assert from "node:assert/strict";
import { matchesGlob } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { globMatch } from "./glob.ts";

const segment = fc.stringMatching(/^[a-z.-]{0,6}$/);

test("a text without pattern characters matches itself and nothing else", () => {
  fc.assert(fc.property(segment, segment, (a, b) => globMatch(a, a) && globMatch(a, b) === (a === b)));
});

test("a star matches within one part of the path only", () => {
  fc.assert(fc.property(segment, segment, segment, (a, b, c) => globMatch(`${a}*${c}`, `${a}${b}${c}`)));
  fc.assert(fc.property(segment, segment, (a, b) => !globMatch("*", `${a}/${b}`)));
});

test("agrees with another implementation on plain globs", () => {
  const pattern = fc.stringMatching(/^[ab?*/]{1,8}$/).filter((text) => !text.includes("**"));
  const text = fc.stringMatching(/^[ab]{1,3}(\/[ab]{1,3}){0,2}$/);
  fc.assert(
    fc.property(pattern, text, (a, b) => {
      // The other one treats doubled and outer slashes as a path would.
      fc.pre(!a.includes("//") && !a.startsWith("/") && !a.endsWith("/"));
      fc.pre(!/(^|\/)\*(\/|$)/.test(a));
      assert.equal(globMatch(a, b), matchesGlob(b, a));
    }),
  );
});

test("malformed patterns match nothing and cost little", () => {
  for (const pattern of ["[", "a[", "[a", "[]", "[a-]", "\\", "[^", "[-a]"])
    assert.equal(globMatch(pattern, "a"), false);
  const hostile = "*a".repeat(60);
  assert.equal(globMatch(hostile, "a".repeat(59)), false);
});
