import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "./options.ts";

const names = ["deploy", "tree"];

test("without words the benches are listed", () => {
  assert.deepEqual(readOptions([], names), {
    ok: true,
    value: { name: undefined, json: false, record: false, runs: undefined },
  });
});

test("name and flags in any order", () => {
  const expected = { ok: true, value: { name: "tree", json: true, record: true, runs: 60 } };
  assert.deepEqual(readOptions(["tree", "--json", "--runs", "60", "--record"], names), expected);
  assert.deepEqual(readOptions(["--runs=60", "--record", "--json", "tree"], names), expected);
});

test("what cannot be is refused with the reason", () => {
  const refused: readonly (readonly [string[], RegExp])[] = [
    [["forest"], /no bench forest; there are deploy, tree/],
    [["tree", "deploy"], /one bench at a time: deploy/],
    [["tree", "--runs", "0"], /--runs takes/],
    [["tree", "--runs", "1.5"], /--runs takes/],
    [["tree", "--runs", "1e3"], /--runs takes/],
    [["tree", "--runs", "100001"], /--runs takes/],
    [["tree", "--runs"], /runs/],
    [["tree", "--fast"], /--fast/],
  ];
  for (const [words, reason] of refused) {
    const read = readOptions(words, names);
    assert.ok(!read.ok, words.join(" "));
    assert.match(read.error, reason);
  }
});
