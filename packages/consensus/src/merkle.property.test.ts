import assert from "node:assert/strict";
import { test } from "node:test";
import { pureHash as hash } from "@stoa/std/crypto";
import fc from "fast-check";
import { merkleProofs, merkleRoot, verifyMerkleProof } from "./merkle.ts";

const items = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 40 });

test("every proof holds for its item, and for nothing that was changed", () => {
  fc.assert(
    fc.property(items, fc.nat(), fc.nat(), (list, which, bit) => {
      const index = which % list.length;
      const { root, proofs } = merkleProofs(hash, list);
      assert.deepEqual(root, merkleRoot(hash, list));
      const [item, proof] = [list[index], proofs[index]];
      assert.ok(item && proof);
      assert.equal(verifyMerkleProof(hash, root, item, proof), true);
      const otherRoot = root.slice();
      otherRoot[bit % 32] = (otherRoot[bit % 32] ?? 0) ^ (1 << (bit % 8));
      assert.equal(verifyMerkleProof(hash, otherRoot, item, proof), false);
      assert.equal(verifyMerkleProof(hash, root, Uint8Array.of(...item, 0), proof), false);
      assert.equal(verifyMerkleProof(hash, root, item, { ...proof, aunts: [...proof.aunts, root] }), false);
      if (proof.aunts.length > 0) {
        assert.equal(verifyMerkleProof(hash, root, item, { ...proof, aunts: proof.aunts.slice(1) }), false);
      }
      assert.equal(verifyMerkleProof(hash, root, item, { ...proof, index: list.length }), false);
    }),
    { numRuns: 100 },
  );
});
