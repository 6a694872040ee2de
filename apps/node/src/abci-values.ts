import type { TxResult as AppTxResult, ValidatorUpdate as AppValidatorUpdate, Timestamp, VoteInfo } from "@stoa/chain";
import {
  blockIdFlag,
  type Commit,
  type Time,
  type TxResult,
  type ValidatorSet,
  type ValidatorUpdate,
} from "@stoa/consensus";
import { floorDiv } from "@stoa/std";

/* Between the state machine's values and consensus' values. */

const nanosecondsPerSecond = 1_000_000_000n;

export function toTimestamp(time: Time): Timestamp {
  const seconds = floorDiv(time, nanosecondsPerSecond);
  return { seconds, nanos: Number(time - seconds * nanosecondsPerSecond) };
}

export function toTxResult(result: AppTxResult): TxResult {
  const { code, codespace, log, data, gasWanted, gasUsed, events } = result;
  return { code, codespace, log, info: "", data, gasWanted, gasUsed, events };
}

export function toValidatorUpdate(update: AppValidatorUpdate): ValidatorUpdate {
  return { publicKey: { type: update.keyType, bytes: update.publicKey }, power: update.power };
}

export function fromValidatorUpdate(update: ValidatorUpdate): AppValidatorUpdate {
  return { keyType: update.publicKey.type, publicKey: update.publicKey.bytes, power: update.power };
}

/** Who signed the block before, in the order of that height's validators (base-chain.md §1.3). */
export function voteInfos(commit: Commit, validators: ValidatorSet): VoteInfo[] {
  return commit.signatures.flatMap((signature, index) => {
    const validator = validators.validators[index];
    if (validator === undefined) return [];
    const flag =
      signature.flag === blockIdFlag.commit ? "commit" : signature.flag === blockIdFlag.nil ? "nil" : "absent";
    return [{ address: validator.address, power: validator.power, flag }];
  });
}
