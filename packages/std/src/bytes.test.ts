import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compareBytes,
  concatBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  prefixEnd,
  toBase64,
  toBase64Url,
  toHex,
  uint64Be,
  utf8,
} from "./bytes.ts";

test("base64 round-trips every length and refuses loose forms", () => {
  for (let length = 0; length < 20; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
    assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
    assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes);
  }
  for (const bad of ["A", "AB", "AB=", "A===", "AB==CD==", "AC==\n", "A-==", "AB=A"])
    assert.equal(fromBase64(bad), undefined);
  // The last digit carries bits that no byte takes.
  assert.equal(fromBase64("AB=="), undefined);
});

test("hex takes either case and nothing else", () => {
  assert.equal(toHex(Uint8Array.of(0, 15, 255)), "000fff");
  assert.deepEqual(fromHex("000FfF"), Uint8Array.of(0, 15, 255));
  for (const bad of ["0", "0g", " 00", "0x00"]) assert.equal(fromHex(bad), undefined);
});

test("bytes order as Go's bytes.Compare", () => {
  const sorted = ["", "00", "0000", "01", "7f", "80", "ff", "ff00"].map((text) => fromHex(text) as Uint8Array);
  for (const [i, a] of sorted.entries()) {
    for (const [j, b] of sorted.entries()) assert.equal(Math.sign(compareBytes(a, b)), Math.sign(i - j));
  }
});

test("the end of a prefix is the first key after it", () => {
  assert.deepEqual(prefixEnd(Uint8Array.of(1, 2)), Uint8Array.of(1, 3));
  assert.deepEqual(prefixEnd(Uint8Array.of(1, 0xff)), Uint8Array.of(2));
  assert.equal(prefixEnd(Uint8Array.of(0xff, 0xff)), undefined);
  assert.equal(prefixEnd(new Uint8Array()), undefined);
});

test("UTF-8 is strict", () => {
  assert.equal(fromUtf8(utf8("Grüße")), "Grüße");
  assert.equal(fromUtf8(Uint8Array.of(0xc3)), undefined);
  assert.deepEqual(concatBytes(utf8("a"), uint64Be(258n)), Uint8Array.of(97, 0, 0, 0, 0, 0, 0, 1, 2));
});
