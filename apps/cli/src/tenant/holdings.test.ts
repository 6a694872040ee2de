import assert from "node:assert/strict";
import { test } from "node:test";
import { Dec } from "@stoa/std";
import { type DeploymentFacts, type LeaseFacts, runwayOf } from "./holdings.ts";

const id = { owner: "o", dseq: 1n };

function lease(fields: Partial<LeaseFacts>): LeaseFacts {
  const leaseId = { ...id, gseq: 1, oseq: 1, provider: "p", bseq: 0 };
  const base = { id: leaseId, state: "active", live: true, price: Dec.fromInt(3n), denom: "uact", since: 10n };
  return { ...base, closedOn: 0n, reason: "", ...fields };
}

function facts(leases: readonly LeaseFacts[]): DeploymentFacts {
  const escrow = { state: "open", denom: "uact", funds: Dec.fromInt(100n), settledAt: 20n };
  return { id, state: "active", active: true, since: 5n, hash: new Uint8Array(), groups: [], leases, escrow };
}

test("what was used since the books were settled is taken off", () => {
  const { left, perBlock, blocks } = runwayOf(facts([lease({})]), 25n);
  assert.equal(left.toString(), Dec.fromInt(85n).toString());
  assert.equal(perBlock.toString(), Dec.fromInt(3n).toString());
  assert.equal(blocks, 28n);
});

test("a lease younger than the books draws from its own block; closed ones do not draw", () => {
  const { left, blocks } = runwayOf(facts([lease({ since: 24n }), lease({ live: false })]), 25n);
  assert.equal(left.toString(), Dec.fromInt(97n).toString());
  assert.equal(blocks, 32n);
});

test("money never goes below nothing, and lasts for ever when nobody draws", () => {
  assert.equal(runwayOf(facts([lease({})]), 1000n).blocks, 0n);
  assert.equal(runwayOf(facts([]), 1000n).blocks, undefined);
});
