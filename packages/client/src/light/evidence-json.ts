/** Evidence in CometBFT's JSON: field names are Go's own where its types carry no tags. */
import { type Evidence, maxTotalPower, ValidatorSet, type Vote } from "@stoa/consensus";
import { maxValidators, readBlockId, readSignedHeader, readValidator } from "./comet-json.ts";
import { LightError } from "./errors.ts";
import type { JsonValue } from "./json-value.ts";

function readVote(json: JsonValue): Vote {
  return {
    type: json.field("type").int32(),
    height: json.field("height").int64(),
    round: json.field("round").int32(),
    blockId: readBlockId(json.field("block_id")),
    time: json.field("timestamp").time(),
    validatorAddress: json.field("validator_address").hex(),
    validatorIndex: json.field("validator_index").int32(),
    signature: json.field("signature").base64(),
    extension: json.field("extension").base64(),
    extensionSignature: json.field("extension_signature").base64(),
  };
}

function readSet(json: JsonValue): ValidatorSet {
  const validators = json.field("validators").list(maxValidators).map(readValidator);
  const power = validators.reduce((sum, one) => sum + one.power, 0n);
  if (power > maxTotalPower) throw new LightError("malformed", `the validators' power ${power} is above the cap`);
  return new ValidatorSet(validators, readValidator(json.field("proposer")));
}

/** One piece of evidence of a block. Whether it convicts is not asked: the block's hash says that it stood there. */
export function readEvidence(json: JsonValue): Evidence {
  const type = json.field("type").text();
  const value = json.field("value");
  const common = { totalPower: value.field("TotalVotingPower").int64(), time: value.field("Timestamp").time() };
  if (type === "tendermint/DuplicateVoteEvidence") {
    return {
      kind: "duplicate-vote",
      voteA: readVote(value.field("vote_a")),
      voteB: readVote(value.field("vote_b")),
      validatorPower: value.field("ValidatorPower").int64(),
      ...common,
    };
  }
  if (type !== "tendermint/LightClientAttackEvidence") json.field("type").refuse("a known kind of evidence");
  const block = value.field("ConflictingBlock");
  return {
    kind: "light-client-attack",
    conflictingBlock: { ...readSignedHeader(block), validators: readSet(block.field("validator_set")) },
    commonHeight: value.field("CommonHeight").int64(),
    byzantineValidators: value.field("ByzantineValidators").list(maxValidators).map(readValidator),
    ...common,
  };
}
