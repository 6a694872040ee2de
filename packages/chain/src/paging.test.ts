import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@stoa/std";
import { QueryStatus } from "./errors.ts";
import { crc32, decodeStatePageKey, encodeStatePageKey, type PageRequest, paginate, paginateStates } from "./paging.ts";

function request(fields: Partial<PageRequest>): PageRequest {
  return { key: new Uint8Array(), offset: 0n, limit: 0n, countTotal: false, reverse: false, ...fields };
}

const letters = [..."abcdefg"].map((letter) => ({ raw: utf8(letter), value: letter }));

function scanLetters({ from, reverse }: { from: Uint8Array | undefined; reverse: boolean }) {
  const list = reverse ? letters.toReversed() : letters;
  const start = from === undefined ? 0 : list.findIndex(({ raw }) => raw[0] === from[0]);
  return list.slice(start);
}

function pages(fields: Partial<PageRequest>, keep = (letter: string): string | undefined => letter): string[] {
  const found: string[] = [];
  let key: Uint8Array = new Uint8Array();
  do {
    const page = paginate({ request: request({ ...fields, key }), scan: scanLetters, keep });
    found.push(page.rows.join(""));
    key = page.pagination.nextKey;
  } while (key.length > 0);
  return found;
}

test("pages by key show every row once, in either direction", () => {
  assert.deepEqual(pages({ limit: 3n }), ["abc", "def", "g"]);
  assert.deepEqual(pages({ limit: 3n, reverse: true }), ["gfe", "dcb", "a"]);
  assert.deepEqual(pages({}), ["abcdefg"]);
});

test("rows that are not kept take no room on a page", () => {
  const vowels = (letter: string): string | undefined => ("ae".includes(letter) ? letter : undefined);
  assert.equal(pages({ limit: 1n }, vowels).join(""), "ae");
});

test("a total is counted where it is asked for or no limit is named", () => {
  const total = (fields: Partial<PageRequest>): bigint =>
    paginate({ request: request(fields), scan: scanLetters, keep: (letter) => letter }).pagination.total;
  assert.equal(total({}), 7n);
  assert.equal(total({ limit: 2n }), 0n);
  assert.equal(total({ limit: 2n, countTotal: true }), 7n);
});

test("key and offset together are refused", () => {
  const both = request({ key: utf8("b"), offset: 1n });
  assert.throws(() => paginate({ request: both, scan: scanLetters, keep: (letter) => letter }), QueryStatus);
});

test("the checksum is CRC-32", () => {
  assert.equal(crc32(utf8("123456789")), 0xcbf43926);
});

test("a page key over states comes back as it was, and a changed one is refused", () => {
  const key = { states: [2, 3], prefix: utf8("p"), key: utf8("row"), flags: Uint8Array.of(1) };
  const bytes = encodeStatePageKey(key);
  assert.deepEqual(decodeStatePageKey(bytes), key);
  for (const at of bytes.keys()) {
    const broken = bytes.slice();
    broken[at] = (broken[at] as number) ^ 1;
    assert.throws(() => decodeStatePageKey(broken), QueryStatus);
  }
});

test("a walk over states goes on where the page ended, and counts its own rows", () => {
  const rows: Readonly<Record<number, readonly string[]>> = { 1: ["a", "b", "c"], 2: [], 3: ["d", "e"] };
  const page = (fields: Partial<PageRequest>, filtered = false) =>
    paginateStates({
      request: request(fields),
      states: [1, 2, 3],
      filtered,
      *scan({ state, from }) {
        for (const value of rows[state] ?? []) {
          if (from === undefined || value >= String.fromCharCode(from[0] ?? 0)) yield { raw: utf8(value), value };
        }
      },
      keep: (value) => value,
    });
  const first = page({ limit: 2n });
  assert.deepEqual(first.rows, ["a", "b"]);
  assert.equal(first.pagination.total, 2n);
  const second = page({ limit: 2n, key: first.pagination.nextKey });
  assert.deepEqual(second.rows, ["c", "d"]);
  const third = page({ limit: 2n, key: second.pagination.nextKey });
  assert.deepEqual(third.rows, ["e"]);
  assert.equal(third.pagination.nextKey.length, 0);
  const full = page({ limit: 3n });
  assert.deepEqual(full.rows, ["a", "b", "c"]);
  const next = page({ limit: 3n, key: full.pagination.nextKey });
  assert.deepEqual([next.rows, next.pagination.nextKey.length], [["d", "e"], 0], "a page may end where a state does");
  assert.throws(() => page({ offset: 1n }), /if offset is set/);
  assert.deepEqual(page({ offset: 1n, limit: 1n }, true).rows, ["b"]);
});
