import assert from "node:assert/strict";
import { test } from "node:test";
import { fromUtf8, utf8 } from "@stoa/std";
import { decodePem } from "./x509-pem.ts";

test("the first whole block is found, whatever stands before it", () => {
  const before = "text\n-----BEGIN A-----\nQ\n-----BEGIN B\n-----END A-----\n-----BEGIN C-----\nk: v\n";
  const found = decodePem(utf8(`${before}QUJD\n-----END C----- \nrest`));
  assert.equal(found?.type, "C");
  assert.equal(fromUtf8(found.bytes), "ABC");
  assert.equal(fromUtf8(found.rest), "rest");
});

test("the largest texts cost no more than reading them", () => {
  const size = 900_000;
  const fill = (text: string): string => text.repeat(size / text.length);
  const texts = [
    fill("-----BEGIN A-----\n"),
    `${fill("-----BEGIN A-----\n")}-----END B-----\n`,
    `${fill("-----BEGIN A-----\n")}Q\n-----END A-----\n`,
    `${fill("-----BEGIN a:-----\n")}-----END B-----\n`,
    `-----BEGIN ${fill(" ")}x\n`,
    fill("-----BEGIN A-----\nQ\n-----END A-----\n"),
  ];
  const { user } = process.cpuUsage();
  for (const text of texts) assert.equal(decodePem(utf8(text)), undefined);
  // Each took from seven seconds to minutes where what was found was forgotten.
  assert.ok(process.cpuUsage().user - user < 5_000_000, "5 s of processor time");
});
