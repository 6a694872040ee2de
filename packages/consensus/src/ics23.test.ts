import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  ics23,
  iavlSpec as otherIavl,
  tendermintSpec as otherSimple,
  verifyMembership as otherVerify,
} from "@confio/ics23";
import { fromHex, utf8 } from "@stoa/std";
import { pureHash as hash } from "@stoa/std/crypto";
import { haveVectors, vectorsDir } from "@stoa/test";
import { iavlSpec, tendermintSpec, verifyMembership } from "./ics23.ts";
import { decodeCommitmentProof } from "./ics23-proof.ts";

interface Existence {
  readonly key: string;
  readonly value: string;
  readonly root: string;
  readonly proof: string;
}

const bytes = (text: string): Uint8Array => fromHex(text) ?? utf8(text);

test("another implementation believes the recorded proofs as we do", { skip: !haveVectors() }, () => {
  const file = JSON.parse(readFileSync(join(vectorsDir, "lib/ics23.json"), "utf8")) as Record<string, Existence[]>;
  for (const [list, spec, otherSpec] of [
    ["existence", iavlSpec, otherIavl],
    ["simple", tendermintSpec, otherSimple],
  ] as const) {
    for (const { key, value, root, proof } of file[list] ?? []) {
      const own = decodeCommitmentProof(bytes(proof));
      const other = ics23.CommitmentProof.decode(bytes(proof));
      for (const claimed of [bytes(value), utf8("another value")]) {
        const expected = otherVerify(other, otherSpec, bytes(root), bytes(key), claimed);
        assert.equal(own && verifyMembership(hash, spec, bytes(root), own, bytes(key), claimed), expected);
      }
    }
  }
});
