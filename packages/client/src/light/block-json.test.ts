import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encodeBlock, equalBlockIds, headerHash, partSetHeader } from "@stoa/consensus";
import { toBase64 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import { readBlock } from "./block-json.ts";
import { JsonValue } from "./json-value.ts";

const recording = join(import.meta.dirname, "../../../../test/vectors/light/evidence-blocks.jsonl");

test("blocks with every kind of evidence are read as CometBFT writes them", () => {
  const kinds: string[] = [];
  for (const line of readFileSync(recording, "utf8").trim().split("\n")) {
    const { bytes, result } = JSON.parse(line) as { bytes: string; result: unknown };
    const { block, blockId } = readBlock(new JsonValue(result, "block"));
    const encoded = encodeBlock(block);
    assert.equal(toBase64(encoded), bytes);
    const own = { hash: headerHash(pureHash, block.header), parts: partSetHeader(pureHash, encoded) };
    assert.ok(equalBlockIds(own, blockId));
    kinds.push(block.evidence.map(({ kind }) => kind).join(" "));
  }
  assert.deepEqual(kinds, ["", "duplicate-vote", "light-client-attack", "duplicate-vote light-client-attack"]);
});
