import { nanoTimeText } from "@stoa/wire";
import type { Timestamp } from "./abci.ts";

const nsPerSecond = 1_000_000_000n;

/** Nanoseconds since the Unix epoch. */
export function timeNs(time: { readonly seconds: bigint; readonly nanos: number }): bigint {
  return time.seconds * nsPerSecond + BigInt(time.nanos);
}

export function timeFromNs(ns: bigint): Timestamp {
  const nanos = ((ns % nsPerSecond) + nsPerSecond) % nsPerSecond;
  return { seconds: (ns - nanos) / nsPerSecond, nanos: Number(nanos) };
}

export function durationNs(duration: { readonly seconds: bigint; readonly nanos: number }): bigint {
  return duration.seconds * nsPerSecond + BigInt(duration.nanos);
}

/** A time as Go prints one that nobody formats, which some of the reference's refusals do. */
export function goTimeText(time: Timestamp): string {
  return `${timeText(time).replace("T", " ").replace("Z", "")} +0000 UTC`;
}

/** RFC 3339 text in UTC, fractions without trailing zeros: the reference's way to print a time. */
export function timeText(time: Timestamp): string {
  return nanoTimeText(time.seconds, time.nanos);
}
