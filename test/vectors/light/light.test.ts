import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { decodeLightBlock, encodeLightBlock, type LightBlock, verifyHeader } from "@stoa/consensus";
import { fromBase64, toBase64 } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";

interface Verdict {
  readonly from: number;
  readonly to: number;
  readonly level: string;
  readonly error: string | null;
}

const linesOf = (file: string): string[] => {
  return readFileSync(join(import.meta.dirname, file), "utf8")
    .split("\n")
    .filter((line) => line !== "");
};

test("our blocks are believed and refused as CometBFT's light client believes and refuses them", () => {
  const blocks = new Map<number, LightBlock>();
  for (const line of linesOf("blocks.txt")) {
    const block = decodeLightBlock(fromBase64(line) ?? new Uint8Array());
    assert.equal(toBase64(encodeLightBlock(block)), line);
    blocks.set(Number(block.header.height), block);
  }
  const seen = { believed: 0, refused: 0 };
  for (const line of linesOf("verdicts.jsonl")) {
    const { from, to, level, error } = JSON.parse(line) as Verdict;
    const [earlier, later] = [blocks.get(from), blocks.get(to)];
    assert.ok(earlier !== undefined && later !== undefined, line);
    const [numerator = "", denominator = ""] = level.split("/");
    const policy = {
      trustingPeriodNs: 86_400_000_000_000n,
      maxClockDriftNs: 10_000_000_000n,
      trustLevel: { numerator: BigInt(numerator), denominator: BigInt(denominator) },
    };
    const ports = { hash: pureHash, verifier: pureVerifier };
    const now = later.header.time + 1_000_000_000n;
    const verdict = verifyHeader(ports, earlier, earlier.validators, later, policy, now);
    assert.equal(verdict.ok ? null : verdict.error.message, error, line);
    seen[verdict.ok ? "believed" : "refused"]++;
  }
  assert.ok(seen.believed > 100 && seen.refused > 50, JSON.stringify(seen));
});
