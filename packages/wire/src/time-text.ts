/*
 * RFC 3339 texts of protobuf times, computed by the proleptic Gregorian calendar: no host date is used, so that every
 * host gives the same text for the same time.
 */

const secondsPerDay = 86_400n;
const daysPerEra = 146_097n;
/** Days from 0000-03-01 to 1970-01-01. */
const epochDays = 719_468n;

export interface CivilDate {
  readonly year: bigint;
  readonly month: bigint;
  readonly day: bigint;
}

function floorDivide(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}

/** The date of a day counted from 1970-01-01. */
function dateOfDay(day: bigint): CivilDate {
  const shifted = day + epochDays;
  const era = floorDivide(shifted, daysPerEra);
  const dayOfEra = shifted - era * daysPerEra;
  const yearOfEra = (dayOfEra - dayOfEra / 1460n + dayOfEra / 36_524n - dayOfEra / 146_096n) / 365n;
  const dayOfYear = dayOfEra - (365n * yearOfEra + yearOfEra / 4n - yearOfEra / 100n);
  const shiftedMonth = (5n * dayOfYear + 2n) / 153n;
  const month = shiftedMonth < 10n ? shiftedMonth + 3n : shiftedMonth - 9n;
  const year = yearOfEra + era * 400n + (month <= 2n ? 1n : 0n);
  return { year, month, day: dayOfYear - (153n * shiftedMonth + 2n) / 5n + 1n };
}

/** Days from 1970-01-01 to a date. */
function dayOfDate({ year, month, day }: CivilDate): bigint {
  const shiftedYear = month <= 2n ? year - 1n : year;
  const era = floorDivide(shiftedYear, 400n);
  const yearOfEra = shiftedYear - era * 400n;
  const dayOfYear = (153n * (month > 2n ? month - 3n : month + 9n) + 2n) / 5n + day - 1n;
  return era * daysPerEra + yearOfEra * 365n + yearOfEra / 4n - yearOfEra / 100n + dayOfYear - epochDays;
}

/** `2026-11-21T13:45:00` of seconds since 1970 in UTC, without fraction and zone. */
export function dateTimeText(seconds: bigint): string {
  const day = floorDivide(seconds, secondsPerDay);
  const second = seconds - day * secondsPerDay;
  const date = dateOfDay(day);
  const two = (value: bigint): string => value.toString().padStart(2, "0");
  const clock = `${two(second / 3600n)}:${two((second / 60n) % 60n)}:${two(second % 60n)}`;
  return `${date.year.toString().padStart(4, "0")}-${two(date.month)}-${two(date.day)}T${clock}`;
}

/** RFC 3339 with all nonzero digits of the fraction, as Go's RFC3339Nano. */
export function nanoTimeText(seconds: bigint, nanos: number): string {
  const fraction = nanos.toString().padStart(9, "0").replace(/0+$/, "");
  return `${dateTimeText(seconds)}${fraction === "" ? "" : `.${fraction}`}Z`;
}

/** RFC 3339 with 0, 3, 6 or 9 digits of the fraction, as protobuf's JSON form. */
export function protoTimeText(seconds: bigint, nanos: number): string {
  return `${dateTimeText(seconds)}${fractionText(nanos)}Z`;
}

/** "" or a point and 3, 6 or 9 digits of nanoseconds. */
export function fractionText(nanos: number): string {
  if (nanos === 0) return "";
  return `.${nanos
    .toString()
    .padStart(9, "0")
    .replace(/(000){1,2}$/, "")}`;
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,}))?(Z|[+-]\d\d:\d\d)$/;

/** Seconds and nanoseconds since 1970 of an RFC 3339 text, or undefined. Digits beyond nanoseconds are dropped. */
export function parseTimeText(text: string): { readonly seconds: bigint; readonly nanos: number } | undefined {
  // The longest useful text has 35 characters; more digits of the fraction say nothing.
  const match = text.length <= 64 ? rfc3339.exec(text) : null;
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => BigInt(part)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  if (month < 1n || month > 12n || day < 1n || hour > 23n || minute > 59n || second > 59n) return undefined;
  const days = dayOfDate({ year, month, day });
  if (dateOfDay(days).day !== day) return undefined;
  const zone = match[8] as string;
  const offset = zone === "Z" ? 0n : BigInt(zone.slice(1, 3)) * 3600n + BigInt(zone.slice(4, 6)) * 60n;
  const local = days * secondsPerDay + hour * 3600n + minute * 60n + second;
  const nanos = Number((match[7] ?? "").slice(0, 9).padEnd(9, "0"));
  return { seconds: zone.startsWith("-") ? local + offset : local - offset, nanos };
}

const durationUnits: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

/** Nanoseconds of a Go duration text such as `3600s`, `1h30m` or `-1.5s`, or undefined; 64-bit range. */
export function parseDurationText(text: string): bigint | undefined {
  if (text.length > 64) return undefined;
  const negative = text.startsWith("-");
  const body = negative || text.startsWith("+") ? text.slice(1) : text;
  if (body === "0") return 0n;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(body)) return undefined;
  let total = 0n;
  for (const [, whole, fraction, unit] of body.matchAll(/(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = durationUnits.get(unit as string) ?? 0n;
    total += BigInt(whole === "" ? "0" : (whole as string)) * scale;
    const digits = fraction ?? "";
    if (digits !== "") total += (BigInt(digits) * scale) / 10n ** BigInt(digits.length);
  }
  const value = negative ? -total : total;
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
