import { fromHex, utf8 } from "@stoa/std";
import { pureHash as hash } from "@stoa/std/crypto";
import type { VectorFamily } from "@stoa/test";
import { iavlSpec, type ProofSpec, tendermintSpec, verifyMembership, verifyNonMembership } from "./ics23.ts";
import { decodeCommitmentProof } from "./ics23-proof.ts";
import { verifyStoreProof } from "./proof-chain.ts";
import { type Case, casesOf, hex, list, object, text, VectorCheck } from "./vector-check.ts";

/** Verdicts on proofs; what makes the proofs is checked in `store`. */
export const ics23VerificationVectors: VectorFamily = {
  file: "lib/ics23.json",
  check(fileText) {
    const cases = casesOf(fileText);
    const check = new VectorCheck();
    const each = (name: string, compare: (check: VectorCheck, item: Case) => void): void => {
      for (const [index, item] of cases(name).entries()) {
        check.run(`${name}[${index}] ${item.kind ?? item.corruption ?? ""}`.trim(), () => compare(check, item));
      }
    };
    each("existence", (c, item) => c.equal("verdict", existenceVerdict(item), item.verdict));
    each("simple", (c, item) => c.equal("verdict", existenceVerdict({ ...item, spec: "tendermint" }), item.verdict));
    each("nonExistence", (c, item) => c.equal("verdict", absenceVerdict(item), item.verdict));
    each("corrupted", (c, item) => {
      c.equal("verdict", item.exist === true ? existenceVerdict(item) : absenceVerdict(item), item.verdict);
    });
    each("emptyTree", (c, item) => {
      const verdict =
        item.ops === undefined ? absenceVerdict({ ...item, spec: "iavl" }) : queryVerdict(item, undefined);
      c.equal("verdict", verdict, item.verdict);
    });
    for (const [index, item] of cases("query").entries()) {
      // Refused queries and those without proof say nothing about verification.
      if (item.verdict === undefined) continue;
      check.run(`query[${index}] ${item.corruption ?? ""}`.trim(), () => {
        const absent = item.exists !== true || item.corruption === "absence claimed";
        const value = absent ? undefined : hex(item.claimedValue ?? item.value);
        check.equal("verdict", queryVerdict(item, value), item.verdict);
      });
    }
    return check.report();
  },
};

function specOf(item: Case): ProofSpec {
  return text(item.spec) === "tendermint" ? tendermintSpec : iavlSpec;
}

function existenceVerdict(item: Case): boolean {
  const proof = decodeCommitmentProof(hex(item.proof));
  if (proof === undefined) return false;
  return verifyMembership(hash, specOf(item), hex(item.root), proof, keyOf(item.key), hex(item.value));
}

function absenceVerdict(item: Case): boolean {
  const proof = decodeCommitmentProof(hex(item.proof));
  return proof !== undefined && verifyNonMembership(hash, specOf(item), hex(item.root), proof, hex(item.key));
}

/** The multistore's keys are recorded as text, which is never hex. */
function keyOf(value: Case[string] | undefined): Uint8Array {
  return fromHex(text(value)) ?? utf8(text(value));
}

function queryVerdict(item: Case, value: Uint8Array | undefined): boolean {
  const ops = list(item.ops)
    .map(object)
    .map((op) => ({ type: text(op.type), key: hex(op.key), data: hex(op.data) }));
  const [, store] = text(item.path).split("/");
  const root = hex(item.appHash);
  if (item.corruption === "other root") root[0] = (root[0] ?? 0) ^ 1;
  if (item.corruption === "ops swapped") ops.reverse();
  if (item.corruption === "second op missing") ops.pop();
  return verifyStoreProof(hash, root, ops, store ?? "", hex(item.key), value);
}
