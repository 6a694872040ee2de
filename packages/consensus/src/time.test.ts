import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeTime, encodeTime, formatTime, parseTime, zeroTime } from "./time.ts";

test("Go's zero time and the epoch print as Go prints them", () => {
  assert.equal(formatTime(zeroTime), "0001-01-01T00:00:00Z");
  assert.equal(formatTime(0n), "1970-01-01T00:00:00Z");
  assert.equal(formatTime(-1n), "1969-12-31T23:59:59.999999999Z");
  assert.equal(formatTime(951_782_400_120_000_000n), "2000-02-29T00:00:00.12Z");
});

test("texts with offsets and long fractions are read; impossible dates are not", () => {
  assert.equal(parseTime("1970-01-01T01:00:00+01:00"), 0n);
  assert.equal(parseTime("1970-01-01T00:00:00.1234567899Z"), 123_456_789n);
  for (const text of ["2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01", "now"]) {
    assert.equal(parseTime(text), undefined, text);
  }
});

test("what Go's reader takes and leaves of RFC 3339 is taken and left here", () => {
  const taken: Readonly<Record<string, string>> = {
    "2024-01-02T03:04:05+24:00": "2024-01-01T03:04:05Z",
    "2024-01-02T03:04:05+23:60": "2024-01-01T03:04:05Z",
    "2024-01-02T03:04:05,5Z": "2024-01-02T03:04:05.5Z",
    "2024-01-02T3:04:05Z": "2024-01-02T03:04:05Z",
    "0000-01-01T00:00:00Z": "0000-01-01T00:00:00Z",
  };
  for (const [text, time] of Object.entries(taken)) assert.equal(formatTime(parseTime(text) ?? -1n), time, text);
  for (const text of [
    "2024-01-02t03:04:05Z",
    "2024-01-02T03:04:05z",
    "2024-01-02T03:04:05+25:00",
    "2024-01-02T03:04:05+23:61",
    "2024-01-02T24:04:05Z",
    "2024-01-02T03:04:60Z",
    "2024-01-02T03:04:05.Z",
  ]) {
    assert.equal(parseTime(text), undefined, text);
  }
});

test("every time survives its text and its bytes", () => {
  const last = 253_402_300_799_999_999_999n;
  fc.assert(
    fc.property(fc.bigInt({ min: zeroTime, max: last }), (time) => {
      assert.equal(parseTime(formatTime(time)), time);
      assert.equal(decodeTime(encodeTime(time)), time);
    }),
  );
});
