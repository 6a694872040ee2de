import { blockIdFlag, type Commit } from "./commit.ts";
import type { Time } from "./time.ts";
import { zeroTime } from "./time.ts";
import type { ValidatorSet } from "./validator-set.ts";

/** A time with the voting power behind it. */
export interface WeightedTime {
  readonly time: Time;
  readonly power: bigint;
}

/** Power-weighted median: the first time, in order, whose weight covers what is left of half the power (§2.6). */
export function weightedMedian(times: readonly WeightedTime[]): Time {
  const sorted = [...times].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  let rest = times.reduce((sum, { power }) => sum + power, 0n) / 2n;
  for (const { time, power } of sorted) {
    if (rest <= power) return time;
    rest -= power;
  }
  return zeroTime;
}

/** Time of the block that carries this commit, by the validators of the commit's height (base-chain.md §2.6). */
export function medianTime(commit: Commit, validators: ValidatorSet): Time {
  const times: WeightedTime[] = [];
  for (const signature of commit.signatures) {
    if (signature.flag === blockIdFlag.absent) continue;
    const validator = validators.byAddress(signature.validatorAddress);
    if (validator !== undefined) times.push({ time: signature.time, power: validator.power });
  }
  return weightedMedian(times);
}
