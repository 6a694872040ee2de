import type { Fields } from "./message-plan.ts";
import { WireError } from "./wire-error.ts";

/** Seconds of 0001-01-01T00:00:00Z since 1970: the zero time of the reference. */
export const zeroTimeSeconds = -62_135_596_800n;

/** Seconds of 10000-01-01T00:00:00Z since 1970: the first time that no timestamp can hold. */
const endTimeSeconds = 253_402_300_800n;

const nanosPerSecond = 1_000_000_000n;

/** Refuses a timestamp that the reference's time cannot hold. */
export function checkStdTime(timestamp: Fields): void {
  const seconds = timestamp.seconds as bigint;
  const nanos = timestamp.nanos as number;
  if (seconds < zeroTimeSeconds || seconds >= endTimeSeconds) throw new WireError("timestamp out of range");
  if (nanos < 0 || nanos >= 1_000_000_000) throw new WireError("timestamp nanos not in [0, 1e9)");
}

/** Longest duration of a Duration message in seconds: about 10,000 years. */
const maxDurationSeconds = 315_576_000_000n;

/** Refuses a duration that 64-bit nanoseconds cannot hold, or whose parts have different signs. */
export function checkStdDuration(duration: Fields): void {
  const seconds = duration.seconds as bigint;
  const nanos = BigInt(duration.nanos as number);
  if (seconds > maxDurationSeconds || seconds < -maxDurationSeconds) throw new WireError("duration out of range");
  if (nanos <= -nanosPerSecond || nanos >= nanosPerSecond) throw new WireError("duration nanos out of range");
  if ((seconds < 0n && nanos > 0n) || (seconds > 0n && nanos < 0n)) throw new WireError("duration of mixed signs");
  const total = seconds * nanosPerSecond + nanos;
  if (BigInt.asIntN(64, total) !== total) throw new WireError("duration beyond 64-bit nanoseconds");
}
