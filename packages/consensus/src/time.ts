import { floorDiv } from "@stoa/std";
import { ProtobufWriter, readFields } from "./protobuf.ts";

/** An instant: nanoseconds since the Unix epoch, may be negative. */
export type Time = bigint;

const nanosecondsPerSecond = 1_000_000_000n;
const secondsPerDay = 86_400n;

/** Go's zero time, 0001-01-01T00:00:00Z: what an absent vote carries. */
export const zeroTime: Time = -62_135_596_800n * nanosecondsPerSecond;

/** google.protobuf.Timestamp. */
export function encodeTime(time: Time): Uint8Array {
  const seconds = floorDiv(time, nanosecondsPerSecond);
  return new ProtobufWriter()
    .varint(1, seconds)
    .varint(2, Number(time - seconds * nanosecondsPerSecond))
    .finish();
}

export function decodeTime(bytes: Uint8Array): Time {
  let seconds = 0n;
  let nanos = 0;
  for (const field of readFields(bytes)) {
    if (field.number === 1) seconds = field.int64();
    else if (field.number === 2) nanos = field.int32();
  }
  return seconds * nanosecondsPerSecond + BigInt(nanos);
}

// Days between 0000-03-01 and the epoch in the proleptic Gregorian calendar; years counted from March make leap days last.
const epochDays = 719_468n;

function daysOfDate(year: bigint, month: bigint, day: bigint): bigint {
  const marchYear = month <= 2n ? year - 1n : year;
  const era = floorDiv(marchYear, 400n);
  const yearOfEra = marchYear - era * 400n;
  const dayOfYear = (153n * (month > 2n ? month - 3n : month + 9n) + 2n) / 5n + day - 1n;
  return era * 146_097n + yearOfEra * 365n + yearOfEra / 4n - yearOfEra / 100n + dayOfYear - epochDays;
}

function dateOfDays(days: bigint): [year: bigint, month: bigint, day: bigint] {
  const shifted = days + epochDays;
  const era = floorDiv(shifted, 146_097n);
  const dayOfEra = shifted - era * 146_097n;
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36_524n - dayOfEra / 146_096n) / 365n;
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const monthFromMarch = (5n * dayOfYear + 2n) / 153n;
  const month = monthFromMarch < 10n ? monthFromMarch + 3n : monthFromMarch - 9n;
  const year = yearOfEra + era * 400n + (month <= 2n ? 1n : 0n);
  return [year, month, dayOfYear - (153n * monthFromMarch + 2n) / 5n + 1n];
}

const pad = (value: bigint, width: number): string => value.toString().padStart(width, "0");

/** RFC 3339 in UTC with up to nine fractional digits, trailing zeros cut (base-chain.md §5.2). */
export function formatTime(time: Time): string {
  const seconds = floorDiv(time, nanosecondsPerSecond);
  const days = floorDiv(seconds, secondsPerDay);
  const [year, month, day] = dateOfDays(days);
  const ofDay = seconds - days * secondsPerDay;
  const clock = `${pad(ofDay / 3600n, 2)}:${pad((ofDay / 60n) % 60n, 2)}:${pad(ofDay % 60n, 2)}`;
  const fraction = pad(time - seconds * nanosecondsPerSecond, 9).replace(/0+$/, "");
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}${fraction === "" ? "" : `.${fraction}`}Z`;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:Z|([+-])(\d\d):(\d\d))$/;
/** Go takes offsets up to these, so that some people's 24:00 and 23:60 pass. */
const maxOffset = { hours: 24n, minutes: 60n };

/** The instant of an RFC 3339 text as Go reads it, or undefined. Digits beyond nanoseconds are cut. */
export function parseTime(text: string): Time | undefined {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const part = (index: number): bigint => BigInt(match[index] ?? "0");
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  if (month < 1n || month > 12n || day < 1n || hour > 23n || minute > 59n || second > 59n) return undefined;
  if (part(9) > maxOffset.hours || part(10) > maxOffset.minutes) return undefined;
  const days = daysOfDate(year, month, day);
  const [, backMonth, backDay] = dateOfDays(days);
  if (backMonth !== month || backDay !== day) return undefined;
  const nanos = BigInt((match[7] ?? "").padEnd(9, "0"));
  const offset = (part(9) * 3600n + part(10) * 60n) * (match[8] === "-" ? -1n : 1n);
  const seconds = days * secondsPerDay + hour * 3600n + minute * 60n + second - offset;
  return seconds * nanosecondsPerSecond + nanos;
}
