/** Times of certificates as seconds since the Unix epoch, without a clock or a calendar of the host. */
import { utf8 } from "@stoa/std";
import { der, derTag } from "./x509-der.ts";

const secondsPerDay = 86_400n;

/** Days since 1970-01-01 of a civil date (proleptic Gregorian). */
function daysOf(year: number, month: number, day: number): bigint {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const days = era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
  return BigInt(days);
}

function civilOf(days: bigint): { year: number; month: number; day: number } {
  const shifted = Number(days) + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const part = Math.floor((5 * ofYear + 2) / 153);
  const month = part < 10 ? part + 3 : part - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * part + 2) / 5) + 1,
  };
}

function daysInMonth(year: number, month: number): number {
  return Number(month === 12 ? 31n : daysOf(year, month + 1, 1) - daysOf(year, month, 1));
}

/** Seconds of a UTCTime or GeneralizedTime in the only form that DER allows (RFC 5280 §4.1.2.5). */
export function readDerTime(tag: number, content: Uint8Array): bigint | undefined {
  const text = String.fromCharCode(...content.subarray(0, 16));
  const short = tag === derTag.utcTime;
  const match = (short ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/ : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/).exec(
    text,
  );
  if (match === null || content.length !== text.length) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const full = short ? (year >= 50 ? 1900 : 2000) + year : year;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(full, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return daysOf(full, month, day) * secondsPerDay + BigInt(hour * 3600 + minute * 60 + second);
}

/** Text of seconds since the epoch: `2024-01-02T03:04:05Z`. */
export function formatSeconds(seconds: bigint): string {
  const { date, time } = parts(seconds);
  return `${date.join("-")}T${time.join(":")}Z`;
}

function parts(seconds: bigint): { date: [string, string, string]; time: string[] } {
  const ofDay = Number(((seconds % secondsPerDay) + secondsPerDay) % secondsPerDay);
  const { year, month, day } = civilOf((seconds - BigInt(ofDay)) / secondsPerDay);
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    date: [String(year).padStart(4, "0"), two(month), two(day)],
    time: [two(Math.floor(ofDay / 3600)), two(Math.floor(ofDay / 60) % 60), two(ofDay % 60)],
  };
}

/** Time element: UTCTime up to 2049, GeneralizedTime after (RFC 5280 §4.1.2.5). */
export function derTime(seconds: bigint): Uint8Array {
  const { date, time } = parts(seconds);
  const year = Number(date[0]);
  const short = year >= 1950 && year < 2050;
  const text = `${short ? date[0].slice(2) : date[0]}${date[1]}${date[2]}${time.join("")}Z`;
  return der(short ? derTag.utcTime : derTag.generalizedTime, utf8(text));
}
