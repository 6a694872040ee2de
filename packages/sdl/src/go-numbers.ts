/*
 * Numbers in text as Go's strconv and time read them. Binary floating point is what the reference computes with, so
 * it is used here too (spec: sdl.md §4).
 */

const floatPattern = /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/;

/**
 * strconv.ParseFloat, without infinities, NaN and hexadecimal floats, which no quantity can be. Underscores may stand
 * between digits.
 */
export function parseGoFloat(text: string): number | undefined {
  if (/(?<![0-9])_|_(?![0-9])/.test(text)) return undefined;
  const plain = text.replaceAll("_", "");
  if (!floatPattern.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

/** strconv.ParseUint(text, 10, bits) for values that a bigint holds: digits only. */
export function parseDigits(text: string, max: bigint): bigint | undefined {
  if (!/^[0-9]{1,40}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value <= max ? value : undefined;
}

const maxUint32 = 0xffff_ffffn;

/** CPU in millicores: `500m` or cores with a fraction, truncated. */
export function parseGoCpu(text: string): bigint | undefined {
  if (text.endsWith("m")) return parseDigits(text.slice(0, -1), maxUint32);
  const cores = parseGoFloat(text);
  if (cores === undefined || cores < 0) return undefined;
  const millicores = BigInt(Math.trunc(cores * 1000));
  return millicores <= maxUint32 ? millicores : undefined;
}

const powers = ["", "k", "M", "G", "T", "P", "E"];
const binarySuffixes: ReadonlyMap<string, number> = new Map(
  powers.slice(1).map((letter, index) => [`${letter === "k" ? "K" : letter}i`, 1024 ** (index + 1)]),
);
const allSuffixes: ReadonlyMap<string, number> = new Map([
  ...binarySuffixes,
  ...powers.slice(1).map((letter, index): [string, number] => [letter, 1000 ** (index + 1)]),
]);

function parseSize(text: string, suffixes: ReadonlyMap<string, number>): bigint | undefined {
  const [, number = "", suffix = ""] = /^(.*?)([kKMGTPE]i?)?$/s.exec(text) ?? [];
  const factor = suffixes.get(suffix);
  const value = suffix === "" || factor === undefined ? parseGoFloat(text) : parseGoFloat(number);
  if (value === undefined || value < 0) return undefined;
  return BigInt(Math.trunc(value * (factor ?? 1)));
}

/** Bytes of memory or storage: `512Mi`, `1G`, `1.5Gi`, or plain bytes; case matters. */
export function parseGoSize(text: string): bigint | undefined {
  return parseSize(text, allSuffixes);
}

/** A GPU's memory as the attribute key shows it: whole Gi. Only binary suffixes, or bytes. */
export function parseGoGpuRam(text: string): string | undefined {
  const bytes = parseSize(text, binarySuffixes);
  return bytes === undefined ? undefined : `${bytes >> 30n}Gi`;
}

const durationUnitsNs: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const durationMaxNs = (1n << 63n) - 1n;

/** Nanoseconds of a Go duration such as `1h30m` or `1.5h`, or what is wrong with it. */
export function parseGoDuration(text: string): bigint | string {
  const negative = text.startsWith("-");
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") return `invalid duration "${text}"`;
  let total = 0n;
  while (rest !== "") {
    const match = /^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/.exec(rest);
    const [all = "", whole = "", fraction = "", unit = ""] = match ?? [];
    if (whole === "" && fraction === "") return `invalid duration "${text}"`;
    if (unit === "") return `missing unit in duration "${text}"`;
    const unitNs = durationUnitsNs.get(unit);
    if (unitNs === undefined) return `unknown unit "${unit}" in duration "${text}"`;
    // 18 digits of fraction are all that Go keeps.
    const digits = fraction.slice(0, 18);
    total += BigInt(whole || "0") * unitNs + (BigInt(digits || "0") * unitNs) / 10n ** BigInt(digits.length);
    if (total > durationMaxNs) return `invalid duration "${text}"`;
    rest = rest.slice(all.length);
  }
  return negative ? -total : total;
}

/** A tolerant semantic version as the reference reads it: `2`, `v2.0`, `2.1.0`; undefined if it is none. */
export function parseGoVersion(text: string): readonly [bigint, bigint, bigint, boolean] | undefined {
  const [, tail = ""] = /^v?(.*)$/s.exec(text.trim()) ?? [];
  const match = /^0*([0-9]+?)(?:\.0*([0-9]+?)(?:\.0*([0-9]+?)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)?)?$/.exec(tail);
  if (match === null || tail.length > 64) return undefined;
  return [BigInt(match[1] ?? "0"), BigInt(match[2] ?? "0"), BigInt(match[3] ?? "0"), match[4] !== undefined];
}
