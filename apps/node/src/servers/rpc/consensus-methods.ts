import { blockIdFlag, type Commit, formatTime, type Validator, type ValidatorSet } from "@stoa/consensus";
import { equalBytes, toHexUpper } from "@stoa/std";
import { type JsonValue, RpcError } from "./json-rpc.ts";
import { validatorJson } from "./json-values.ts";
import { method, type RpcContext, type RpcMethod } from "./method.ts";

/*
 * What the reference shows of its rounds. Engines here answer the state between two heights: a block is proposed, voted
 * on and committed in one go, so that nobody ever sees a half of it.
 */

/** Step of a round in which it waits for its height to begin. */
const newHeightStep = 1;

/** Bytes of hashes and signatures that are shown of a vote. */
const fingerprintBytes = 6;

const fingerprint = (bytes: Uint8Array): string => {
  const shown = new Uint8Array(fingerprintBytes);
  shown.set(bytes.subarray(0, fingerprintBytes));
  return toHexUpper(shown);
};

function bits(set: readonly boolean[]): string {
  return `BA{${set.length}:${set.map((bit) => (bit ? "x" : "_")).join("")}}`;
}

/** `BA{1:x} 10/10 = 1.00`: who has voted, and how much of the power. */
function votesText(voted: readonly boolean[], set: ValidatorSet): string {
  const power = set.validators.reduce((sum, { power }, index) => (voted[index] === true ? sum + power : sum), 0n);
  const share = set.totalPower === 0n ? 0 : Number((power * 10_000n) / set.totalPower) / 10_000;
  return `${bits(voted)} ${power}/${set.totalPower} = ${share.toFixed(2)}`;
}

function noVotes(set: ValidatorSet): JsonValue {
  const nobody = set.validators.map(() => false);
  const none = set.validators.map(() => "nil-Vote");
  const text = votesText(nobody, set);
  return [{ round: 0, prevotes: none, prevotes_bit_array: text, precommits: none, precommits_bit_array: text }];
}

function setJson(set: ValidatorSet): JsonValue {
  const proposer = set.proposer();
  return {
    validators: set.validators.map(validatorJson),
    proposer: proposer === undefined ? null : validatorJson(proposer),
  };
}

function lastCommitJson(commit: Commit, set: ValidatorSet): JsonValue {
  const voted = commit.signatures.map(({ flag }) => flag === blockIdFlag.commit);
  const votes = commit.signatures.map((signature, index) => {
    if (voted[index] !== true) return "nil-Vote";
    const round = String(commit.round).padStart(2, "0");
    const who = `${index}:${fingerprint(signature.validatorAddress)}`;
    const what = `${commit.height}/${round}/SIGNED_MSG_TYPE_PRECOMMIT(Precommit)`;
    const marks = [commit.blockId.hash, signature.signature, new Uint8Array()].map(fingerprint).join(" ");
    return `Vote{${who} ${what} ${marks} @ ${formatTime(signature.time)}}`;
  });
  return { votes, votes_bit_array: votesText(voted, set), peer_maj_23s: {} };
}

interface Position {
  readonly height: bigint;
  readonly set: ValidatorSet;
  readonly proposer: Validator;
  readonly lastSet: ValidatorSet;
  readonly commit: Commit;
}

/** Where the engine stands: before the next height. */
async function positionOf({ engine }: RpcContext): Promise<Position> {
  const { highest } = await engine.heights();
  const [set, lastSet, stored] = await Promise.all([
    engine.validators(highest + 1n),
    engine.validators(highest),
    engine.commit(highest),
  ]);
  const proposer = set?.proposer();
  if (set === undefined || lastSet === undefined || stored === undefined || proposer === undefined) {
    throw RpcError.internal(`there is no state of the round after height ${highest}`);
  }
  return { height: highest + 1n, set, proposer, lastSet, commit: stored.commit };
}

const consensusState = method({}, async (context) => {
  const { height, set, proposer, commit } = await positionOf(context);
  return {
    round_state: {
      "height/round/step": `${height}/0/${newHeightStep}`,
      start_time: formatTime(commitTime(commit)),
      proposal_block_hash: "",
      locked_block_hash: "",
      valid_block_hash: "",
      height_vote_set: noVotes(set),
      proposer: {
        address: toHexUpper(proposer.address),
        index: set.validators.findIndex(({ address }) => equalBytes(address, proposer.address)),
      },
    },
  };
});

/** When the last precommit was made. */
function commitTime(commit: Commit): bigint {
  return commit.signatures.reduce((latest, { time }) => (time > latest ? time : latest), 0n);
}

const dumpConsensusState = method({}, async (context) => {
  const { height, set, lastSet, commit } = await positionOf(context);
  const time = formatTime(commitTime(commit));
  return {
    round_state: {
      height: String(height),
      round: 0,
      step: newHeightStep,
      start_time: time,
      commit_time: time,
      validators: setJson(set),
      proposal: null,
      proposal_block: null,
      proposal_block_parts: null,
      locked_round: -1,
      locked_block: null,
      locked_block_parts: null,
      valid_round: -1,
      valid_block: null,
      valid_block_parts: null,
      votes: noVotes(set),
      commit_round: -1,
      last_commit: lastCommitJson(commit, lastSet),
      last_validators: setJson(lastSet),
      triggered_timeout_precommit: false,
    },
    peers: [],
  };
});

/** No engine here collects evidence: what parses as evidence has been refused when it was read. */
const broadcastEvidence = method({ evidence: "evidence" }, async () => {
  throw RpcError.internal("no evidence was provided");
});

/** What the reference shows of rounds and evidence. */
export const consensusMethods: Readonly<Record<string, RpcMethod>> = {
  broadcast_evidence: broadcastEvidence,
  consensus_state: consensusState,
  dump_consensus_state: dumpConsensusState,
};
