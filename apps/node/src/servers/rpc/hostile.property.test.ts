import assert from "node:assert/strict";
import { test } from "node:test";
import { Prng } from "@stoa/std";
import { haveVectors, hostileInputs as inputs, Mutator, recorded } from "@stoa/test";
import { matchesQuery, parseQuery } from "./event-query.ts";
import { elementsOf, GoJsonError, kindOf, membersOf, readFirstRawJson, readRawJson } from "./go-json.ts";
import { parseRequest, RpcError } from "./json-rpc.ts";
import { type ParamKind, readJsonParams, readUriParams } from "./rpc-params.ts";

/** Texts made of the pieces that a reader knows, and of some that it does not. */
function* texts(seed: number, pieces: readonly string[], longest: number): Generator<string> {
  const prng = new Prng(BigInt(seed));
  for (let n = 0; n < inputs; n++) {
    let text = "";
    for (let left = prng.below(longest); left > 0; left--) text += pieces[prng.below(pieces.length)] ?? "";
    yield text;
  }
}

const queryPieces = [
  ..."tx.height tm.event a.b a AND AND EXISTS CONTAINS DATE TIME OR NOT = < <= > >= == ' ' 'x' 'NewBlock' 0 1 5. 05 .5 -5".split(
    " ",
  ),
  ...'9e9 99999999999999999999 2013-05-03 2013-05-03T14:45:00Z 2013-13-45 T Z : \\ " é 😀 ( ) * _'.split(" "),
  ..." \t\n\u0000".split(""),
];

test(`no query makes the language throw, ${inputs} tried`, () => {
  const tags = new Map([
    ["tx.height", ["5", "-5", "1e3", ""]],
    ["a.b", ["2013-05-03", "2013-05-03T14:45:00Z", "100uakt", "'"]],
  ]);
  let parsed = 0;
  for (const text of texts(1, queryPieces, 8)) {
    const query = parseQuery(text);
    if (query.ok) {
      parsed++;
      assert.equal(typeof matchesQuery(query.value, tags), "boolean");
    } else assert.equal(typeof query.error, "string");
  }
  assert.ok(parsed > inputs / 1_000, `${parsed} queries were none`);
});

interface QueryVectors {
  readonly queries: readonly { readonly query: string }[];
  readonly events: readonly Readonly<Record<string, readonly string[]>>[];
}

const skip = haveVectors() ? false : "no vectors folder beside the checkout";

test(`no spoilt copy of a recorded query makes the language throw, ${inputs} tried`, { skip }, () => {
  const { queries, events } = recorded<QueryVectors>("lib/query-language.json");
  const good = queries.map(({ query }) => query);
  const tags = events.map((event) => new Map(Object.entries(event)));
  const mutator = new Mutator(41);
  let parsed = 0;
  for (let n = 0; n < inputs; n++) {
    const query = parseQuery(mutator.text(good));
    if (!query.ok) continue;
    parsed++;
    assert.equal(typeof matchesQuery(query.value, mutator.pick(tags)), "boolean");
  }
  assert.ok(parsed > inputs / 10, `${parsed} queries were none`);
});

const jsonPieces = [
  ...'{ } [ ] : , " true false null tru nul 0 1 -1 -0 01 1.5 1. .5 1e5 1e 1E+2 - \\ \\n \\u00e9 \\u12 \\x "a" "" "id" "method"'.split(
    " ",
  ),
  ..." \t\n\r\u0000\u001fé😀".split(""),
  '"id":1',
  '"method":"status"',
  '"params":{}',
];

function accepts(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

test(`JSON is read as the platform reads it, and refused with a reason, ${inputs} tried`, () => {
  let valid = 0;
  for (const text of texts(2, jsonPieces, 10)) {
    const expected = accepts(() => JSON.parse(text));
    let raw: string | undefined;
    try {
      raw = readRawJson(text);
      readFirstRawJson(text);
    } catch (error) {
      assert.ok(error instanceof GoJsonError, String(error));
    }
    assert.equal(raw !== undefined, expected, JSON.stringify(text));
    if (raw === undefined) continue;
    valid++;
    const value: unknown = JSON.parse(text);
    if (kindOf(raw) === "object") assert.equal(membersOf(raw).size, Object.keys(value as object).length);
    if (kindOf(raw) === "array") assert.equal(elementsOf(raw).length, (value as unknown[]).length);
    try {
      parseRequest(raw);
    } catch (error) {
      assert.ok(error instanceof GoJsonError, String(error));
    }
  }
  assert.ok(valid > inputs / 1_000, `${valid} texts were JSON`);
});

const kinds: readonly ParamKind[] = ["text", "integer", "count", "index", "yesNo", "bytes", "tx", "hex", "evidence"];
const paramPieces = [
  ...'" 0x 0X 1 -1 5 a z AAAA AA== = / + true false null 9223372036854775808 1.5 [ ] { } \\ % é'.split(" "),
];

test(`no parameter makes its reader throw anything but a refusal, ${inputs} tried`, (t) => {
  let read = 0;
  let n = 0;
  // Most inputs are refused: the traces of their errors would take most of the time.
  const traces = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  t.after(() => {
    Error.stackTraceLimit = traces;
  });
  for (const text of texts(3, paramPieces, 6)) {
    const list = { it: kinds[n++ % kinds.length] ?? "text" } as const;
    for (const attempt of [
      () => readUriParams(list, new URLSearchParams({ it: text })),
      () => readJsonParams(list, `{"it":${JSON.stringify(text)}}`),
      () => readJsonParams(list, `[${JSON.stringify(text)}]`),
    ]) {
      try {
        attempt();
        read++;
      } catch (error) {
        assert.ok(error instanceof RpcError && error.isInvalidParams, String(error));
      }
    }
  }
  assert.ok(read > inputs / 10);
});
