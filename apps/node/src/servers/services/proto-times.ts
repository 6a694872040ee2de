import type { Time } from "@stoa/consensus";
import { floorDiv } from "@stoa/std";

const nanosecondsPerSecond = 1_000_000_000n;

/** A moment as `google.protobuf.Timestamp`. */
export function timestampOf(time: Time): { seconds: bigint; nanos: number } {
  const seconds = floorDiv(time, nanosecondsPerSecond);
  return { seconds, nanos: Number(time - seconds * nanosecondsPerSecond) };
}

/** Nanoseconds, not negative, as `google.protobuf.Duration`. */
export function durationOf(nanoseconds: bigint): { seconds: bigint; nanos: number } {
  return timestampOf(nanoseconds);
}
