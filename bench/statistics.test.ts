import assert from "node:assert/strict";
import { test } from "node:test";
import type { Measured } from "./bench.ts";
import { judgeGoals, percentile, summarize } from "./statistics.ts";

test("a percentile is a measured value: the smallest that covers its part of the samples", () => {
  const samples = [15, 20, 35, 40, 50];
  const cases = [
    [0, 15],
    [0.2, 15],
    [0.21, 20],
    [0.3, 20],
    [0.4, 20],
    [0.5, 35],
    [0.95, 50],
    [1, 50],
  ] as const;
  for (const [fraction, expected] of cases) assert.equal(percentile(samples, fraction), expected, `p${fraction}`);
});

test("60 runs: p50 is the 30th, p95 the 57th, whatever their order", () => {
  const samples = Array.from({ length: 60 }, (_, i) => ((i * 37) % 60) + 1);
  assert.equal(percentile(samples, 0.5), 30);
  assert.equal(percentile(samples, 0.95), 57);
  assert.equal(percentile(samples, 1), 60);
});

test("samples are compared as numbers and left as they were", () => {
  const samples = [100, 9, 10];
  assert.equal(percentile(samples, 0.5), 10);
  assert.deepEqual(samples, [100, 9, 10]);
});

test("what cannot have a percentile is refused", () => {
  assert.throws(() => percentile([], 0.5), RangeError);
  for (const fraction of [-0.1, 1.1, Number.NaN]) assert.throws(() => percentile([1], fraction), RangeError);
});

const measured: Measured = {
  conditions: {},
  series: {
    total: { unit: "ms", samples: [1000, 3000] },
    first: { unit: "ms", samples: [250, 250], partOf: "total" },
    rest: { unit: "ms", samples: [750, 2750], partOf: "total" },
  },
  figures: { memory: { unit: "MB", value: 250 } },
  goals: [
    { of: "total", statistic: "p50", atMost: 1000 },
    { of: "total", statistic: "p95", atMost: 2999 },
    { of: "memory", statistic: "value", atMost: 250 },
  ],
};

test("phases have their share of the whole, by means", () => {
  const { total, first, rest } = summarize(measured);
  assert.equal(total?.share, undefined);
  assert.deepEqual([first?.share, rest?.share], [0.125, 0.875]);
  assert.deepEqual([total?.min, total?.p50, total?.max, total?.mean, total?.count], [1000, 1000, 3000, 2000, 2]);
});

test("a goal is met up to its limit, and one on nothing measured is a mistake", () => {
  assert.deepEqual(
    judgeGoals(measured).map(({ actual, met }) => [actual, met]),
    [
      [1000, true],
      [3000, false],
      [250, true],
    ],
  );
  const wrong = { ...measured, goals: [{ of: "nothing", statistic: "p50", atMost: 1 } as const] };
  assert.throws(() => judgeGoals(wrong), /nothing p50/);
});
