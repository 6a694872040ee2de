import { toBase64, toHex, toHexUpper } from "@stoa/std";
import { pureHash as hash, pureVerifier as verifier } from "@stoa/std/crypto";
import type { VectorFamily } from "@stoa/test";
import { blockIdOf, checkBlock, dataHash, decodeBlock, encodeBlock, txProofs } from "./block.ts";
import { encodeBlockId } from "./block-id.ts";
import {
  blockIdOfJson,
  commitOfJson,
  headerOfJson,
  paramsOfJson,
  proofOfJson,
  proofToJson,
  timeOf,
  updateOfJson,
  validatorOfJson,
} from "./comet-json.ts";
import { blockIdFlag, commitHash, decodeCommit, encodeCommit } from "./commit.ts";
import {
  checkConsensusParams,
  consensusParamsHash,
  decodeConsensusParams,
  encodeConsensusParams,
} from "./consensus-params.ts";
import {
  checkEvidence,
  decodeEvidence,
  encodeEvidence,
  evidenceBytes,
  evidenceHash,
  evidenceListHash,
  verifyDuplicateVote,
} from "./evidence.ts";
import { decodeHeader, encodeHeader, headerHash } from "./header.ts";
import { checkTrustLevel, decodeLightBlock, encodeLightBlock, verifyHeader } from "./light.ts";
import { weightedMedian } from "./median-time.ts";
import { merkleProofs, merkleRoot, verifyMerkleProof } from "./merkle.ts";
import { partSet } from "./part-set.ts";
import { addressOfKey, verifyMessage } from "./public-key.ts";
import { formatTime } from "./time.ts";
import { decodeTxResult, encodeDeterministicResult, encodeTxResult, resultsHash } from "./tx-result.ts";
import { newValidatorSet, updateValidatorSet, type ValidatorUpdate } from "./validator-changes.ts";
import {
  byPower,
  decodeValidatorSet,
  encodeSimpleValidator,
  encodeValidatorSet,
  ValidatorSet,
} from "./validator-set.ts";
import { type Case, casesOf, hex, integer, list, object, text, VectorCheck } from "./vector-check.ts";
import { verifyCommit, verifyCommitLight, verifyCommitTrusting } from "./verify-commit.ts";
import { decodeVote, encodeProposal, encodeVote, proposalSignBytes, voteSignBytes } from "./vote.ts";

const ports = { hash, verifier };
const addressOf = ({ publicKey }: ValidatorUpdate): Uint8Array => addressOfKey(hash, publicKey);

/** Everything CometBFT that was recorded: hashes, sign bytes, sets, light verification, evidence. */
export const cometVectors: VectorFamily = {
  file: "lib/comet.json",
  check(fileText) {
    const cases = casesOf(fileText);
    const check = new VectorCheck();
    const each = (name: string, compare: (check: VectorCheck, item: Case) => void): void => {
      for (const [index, item] of cases(name).entries()) {
        check.run(`${name}[${index}] ${item.case ?? item.kind ?? ""}`.trim(), () => compare(check, item));
      }
    };
    each("headers", checkHeaderCase);
    each("data", checkDataCase);
    each("results", checkResultsCase);
    each("params", checkParamsCase);
    each("validatorSets", checkSetCase);
    each("addresses", (c, item) => {
      const type = item.type === "secp256k1" ? "secp256k1" : "ed25519";
      c.bytes("address", addressOfKey(hash, { type, bytes: hex(item.pubKey) }), item.address);
    });
    each("signBytes", checkSignBytesCase);
    each("commits", checkCommitCase);
    each("partSets", checkPartSetCase);
    each("merkle", checkMerkleCase);
    each("blocks", checkBlockCase);
    each("proposerPriority", checkPriorityCase);
    each("changeSetErrors", checkChangeCase);
    each("medianTime", checkMedianCase);
    each("evidence", checkEvidenceCase);
    each("light", checkLightCase);
    return check.report();
  },
};

function checkHeaderCase(check: VectorCheck, item: Case): void {
  const header = headerOfJson(object(item.header));
  check.bytes("proto", encodeHeader(header), item.proto);
  check.bytes("decoded", encodeHeader(decodeHeader(hex(item.proto))), item.proto);
  check.bytes("hash", headerHash(hash, header), item.hash ?? "");
  check.equal("time", formatTime(header.time), object(item.header).time);
}

function checkDataCase(check: VectorCheck, item: Case): void {
  const txs = list(item.txs).map(hex);
  const { root, proofs } = txProofs(hash, txs);
  check.bytes("dataHash", dataHash(hash, txs), item.dataHash);
  if (item.txHashes !== undefined) {
    check.equal(
      "txHashes",
      txs.map((tx) => toHexUpper(hash.sha256(tx))),
      item.txHashes,
    );
  }
  for (const [index, json] of list(item.proofs).map(object).entries()) {
    const proof = proofs[index];
    check.bytes(`proofs[${index}].root_hash`, root, json.root_hash);
    check.equal(`proofs[${index}].proof`, proof && proofToJson(proof, toBase64), json.proof);
    const tx = txs[index] ?? new Uint8Array(0);
    check.equal(
      `proofs[${index}] verifies`,
      verifyMerkleProof(hash, root, hash.sha256(tx), proofOfJson(object(json.proof))),
      true,
    );
  }
}

function checkResultsCase(check: VectorCheck, item: Case): void {
  const results = list(item.results).map((result) => decodeTxResult(hex(result)));
  check.equal(
    "results",
    results.map((result) => toHex(encodeTxResult(result))),
    item.results,
  );
  check.equal(
    "deterministic",
    results.map((result) => toHex(encodeDeterministicResult(result))),
    item.deterministic,
  );
  check.bytes("hash", resultsHash(hash, results), item.hash);
}

function checkParamsCase(check: VectorCheck, item: Case): void {
  const params = paramsOfJson(object(item.params));
  check.bytes("proto", encodeConsensusParams(params), item.proto);
  const decoded = decodeConsensusParams(hex(item.proto));
  check.bytes("decoded", encodeConsensusParams({ ...params, ...decoded }), item.proto);
  check.bytes("hash", consensusParamsHash(hash, params), item.hash);
  check.equal("validateBasic", checkConsensusParams(params) ?? null, item.validateBasic);
}

function checkSetCase(check: VectorCheck, item: Case): void {
  const validators = list(item.validators).map((json) => validatorOfJson(object(json), addressOf));
  const decoded = decodeValidatorSet(hex(item.proto));
  const set = new ValidatorSet(validators, decoded.proposer());
  check.equal(
    "addresses",
    validators.map((v) => toHex(v.address)),
    item.addresses,
  );
  check.equal(
    "order",
    [...validators].sort(byPower).map((v) => toHex(v.address)),
    item.addresses,
  );
  check.equal(
    "simpleValidators",
    validators.map((v) => toHex(encodeSimpleValidator(v))),
    item.simpleValidators,
  );
  check.bytes("proto", encodeValidatorSet(set), item.proto);
  check.bytes("decoded", encodeValidatorSet(decoded), item.proto);
  check.bytes("hash", set.hash(hash), item.hash);
  check.equal("totalPower", String(set.totalPower), item.totalPower);
  check.equal("proposer", toHex(set.proposer()?.address ?? new Uint8Array(0)), item.proposer);
}

function checkSignBytesCase(check: VectorCheck, item: Case): void {
  const blockId = {
    hash: hex(item.blockHash),
    parts: { total: Number(integer(item.partsTotal)), hash: hex(item.partsHash) },
  };
  const common = { height: integer(item.height), round: Number(integer(item.round)), blockId, time: timeOf(item.time) };
  const chainId = text(item.chainId);
  const signature = hex(item.signature);
  if (item.kind === "proposal") {
    const proposal = { ...common, polRound: Number(integer(item.polRound)), signature };
    const bytes = proposalSignBytes(chainId, proposal);
    check.bytes("signBytes", bytes, item.signBytes);
    check.bytes("proto", encodeProposal(proposal), item.proto);
    const key = { type: "ed25519", bytes: hex(item.privKey).subarray(32) } as const;
    check.equal("signature", verifyMessage(ports, key, bytes, signature), true);
    return;
  }
  const vote = { ...decodeVote(hex(item.voteProto)), ...common, type: Number(integer(item.type)), signature };
  const bytes = voteSignBytes(chainId, vote);
  check.bytes("signBytes", bytes, item.signBytes);
  check.bytes("voteProto", encodeVote(vote), item.voteProto);
  check.bytes("validatorAddress", vote.validatorAddress, item.validatorAddress);
  check.equal("validatorIndex", vote.validatorIndex, item.validatorIndex);
  const key = { type: "ed25519", bytes: hex(item.pubKey) } as const;
  check.equal("verify", verifyMessage(ports, key, bytes, signature), item.verify);
}

function checkCommitCase(check: VectorCheck, item: Case): void {
  const decoded = decodeCommit(hex(item.proto));
  check.bytes("decoded", encodeCommit(decoded), item.proto);
  check.bytes("hash", commitHash(hash, decoded), item.hash);
  if (item.commit === undefined) return;
  const commit = commitOfJson(object(item.commit));
  check.bytes("proto", encodeCommit(commit), item.proto);
  const set = setOf(item.validators);
  const chainId = text(item.chainId);
  const verdicts = {
    verifyCommit: verifyCommit(ports, chainId, set, commit.blockId, commit.height, commit),
    verifyCommitLight: verifyCommitLight(ports, chainId, set, commit.blockId, commit.height, commit),
    verifyTrustingOneThird: verifyCommitTrusting(ports, chainId, set, commit, { numerator: 1n, denominator: 3n }),
  };
  for (const [name, verdict] of Object.entries(verdicts)) {
    check.equal(name, verdict.ok ? null : verdict.error.message, item[name]);
  }
}

/** Validators in the order that the vectors list them, without turns taken. */
function setOf(value: Case[string] | undefined): ValidatorSet {
  return new ValidatorSet(list(value).map((json) => validatorOfJson(object(json), addressOf)));
}

function checkPartSetCase(check: VectorCheck, item: Case): void {
  const add = Number(integer(item.add));
  const data = Uint8Array.from({ length: Number(integer(item.bytes)) }, (_, i) => (i * 7 + (i >> 8) + add) % 256);
  const { header, parts } = partSet(hash, data);
  check.equal("total", header.total, item.total);
  check.bytes("hash", header.hash, item.hash);
  const last = parts.at(-1);
  check.equal("lastPartProof", last && proofToJson(last.proof, toBase64), item.lastPartProof);
}

function checkMerkleCase(check: VectorCheck, item: Case): void {
  const items = list(item.items).map(hex);
  check.bytes("root", merkleRoot(hash, items), item.root);
  const { root, proofs } = merkleProofs(hash, items);
  check.bytes("root with proofs", root, item.root);
  const positions = { proofLast: items.length - 1, proofMid: items.length >> 1 };
  for (const [name, index] of Object.entries(positions)) {
    if (item[name] === undefined) continue;
    const proof = proofs[index];
    check.equal(name, proof && proofToJson(proof, toBase64), item[name]);
    const subject = items[index] ?? new Uint8Array(0);
    check.equal(`${name} verifies`, verifyMerkleProof(hash, root, subject, proofOfJson(object(item[name]))), true);
  }
}

function checkBlockCase(check: VectorCheck, item: Case): void {
  const bytes = hex(item.proto);
  const block = decodeBlock(bytes);
  check.bytes("proto", encodeBlock(block), item.proto);
  check.equal("size", bytes.length, item.size);
  check.bytes("header", encodeHeader(block.header), toHex(encodeHeader(headerOfJson(object(item.header)))));
  const id = blockIdOf(hash, block, bytes);
  check.bytes("blockId", encodeBlockId(id), toHex(encodeBlockId(blockIdOfJson(object(item.blockId)))));
  check.bytes("blockIdProto", encodeBlockId(id), item.blockIdProto);
  check.bytes("evidenceHash", evidenceListHash(hash, block.evidence), item.evidenceHash);
  check.bytes("lastCommitHash", commitHash(hash, block.lastCommit), item.lastCommitHash);
  check.bytes("dataHash", dataHash(hash, block.txs), item.dataHash);
  check.equal("validateBasic", checkBlock(ports, block) ?? null, item.validateBasic);
}

function checkPriorityCase(check: VectorCheck, item: Case): void {
  const updates = list(item.genesisOrder).map((pair) => {
    const [pubKey, power] = list(pair);
    return updateOfJson({ pubKey: text(pubKey), power: text(power) });
  });
  const first = newValidatorSet(hash, updates);
  if (!first.ok) {
    check.fail("initial", first.error);
    return;
  }
  let set = first.value;
  const initial = setOf(item.initial);
  check.equal("initial", stateOf(set), stateOf(initial));
  check.equal("proposer", proposerOf(set), item.proposer);
  for (const [index, step] of list(item.steps).map(object).entries()) {
    if (step.update !== undefined) {
      const changes = list(step.update).map((pair) => {
        const [pubKey, power] = list(pair);
        return updateOfJson({ pubKey: text(pubKey), power: text(power) });
      });
      const next = updateValidatorSet(hash, set, changes);
      check.equal(`steps[${index}].error`, next.ok ? null : next.error, step.error);
      if (next.ok) set = next.value;
    }
    if (step.increment !== undefined) set = set.increment(Number(integer(step.increment)));
    check.equal(`steps[${index}].after`, stateOf(set), step.after);
    check.equal(`steps[${index}].proposer`, proposerOf(set), step.proposer);
  }
}

function stateOf(set: ValidatorSet): string[][] {
  return set.validators.map((v) => [toHex(v.address), String(v.power), String(v.priority)]);
}

function proposerOf(set: ValidatorSet): string {
  return toHex(set.proposer()?.address ?? new Uint8Array(0));
}

function checkChangeCase(check: VectorCheck, item: Case): void {
  const before = setOf(item.before);
  const changes = list(item.changes).map((pair) => {
    const [pubKey, power] = list(pair);
    return updateOfJson({ pubKey: text(pubKey), power: text(power) });
  });
  const changed = updateValidatorSet(hash, before, changes);
  check.equal("error", changed.ok ? null : changed.error, item.error);
  check.equal("after", stateOf(changed.ok ? changed.value : before), stateOf(setOf(item.after)));
}

function checkMedianCase(check: VectorCheck, item: Case): void {
  const times = list(item.signatures)
    .map(object)
    .filter((signature) => Number(integer(signature.flag)) !== blockIdFlag.absent)
    .map((signature) => ({ time: timeOf(signature.time), power: integer(signature.power) }));
  check.equal("median", formatTime(weightedMedian(times)), item.median);
}

function checkEvidenceCase(check: VectorCheck, item: Case): void {
  if (item.proto === undefined) {
    check.bytes("listHash", evidenceListHash(hash, []), item.listHash);
    return;
  }
  const evidence = decodeEvidence(hex(item.proto));
  check.bytes("proto", encodeEvidence(evidence), item.proto);
  check.bytes("bytes", evidenceBytes(evidence), item.bytes);
  check.bytes("hash", evidenceHash(hash, evidence), item.hash);
  check.bytes("listHash", evidenceListHash(hash, [evidence]), item.listHash);
  check.equal("validateBasic", checkEvidence(ports, evidence) ?? null, item.validateBasic);
  if (evidence.kind === "light-client-attack") {
    check.equal("commonHeight", String(evidence.commonHeight), String(item.commonHeight));
    check.bytes("conflictingHash", headerHash(hash, evidence.conflictingBlock.header), item.conflictingHash);
  } else if (item.verify !== undefined) {
    const verdict = verifyDuplicateVote(ports, text(item.chainId), setOf(item.validators), evidence);
    check.equal("verify", verdict ?? null, item.verify);
  }
}

function checkLightCase(check: VectorCheck, item: Case): void {
  const [numerator, denominator] = list(item.trustLevel).map((part) => integer(part));
  const trustLevel = { numerator: numerator ?? 0n, denominator: denominator ?? 0n };
  if (item.trusted === undefined) {
    check.equal("error", checkTrustLevel(trustLevel) ?? null, item.error);
    return;
  }
  const trusted = decodeLightBlock(hex(item.trusted));
  const untrusted = decodeLightBlock(hex(item.untrusted));
  check.bytes("untrusted", encodeLightBlock(untrusted), item.untrusted);
  const policy = {
    trustingPeriodNs: integer(item.trustingPeriodNs),
    maxClockDriftNs: integer(item.maxClockDriftNs),
    trustLevel,
  };
  const next = decodeValidatorSet(hex(item.trustedNextValidators));
  const verdict = verifyHeader(ports, trusted, next, untrusted, policy, timeOf(item.now));
  check.equal("class", verdict.ok ? "ok" : verdict.error.kind, item.class);
  // Times are written as Go prints them for debugging, which is no part of any protocol.
  if (verdict.ok || text(item.error).includes(" UTC")) return;
  check.equal("error", verdict.error.message, item.error);
}
