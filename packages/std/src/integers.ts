/** An arithmetic result outside the reference's range, or a division by zero. Inside a transaction: a panic. */
export class ArithmeticError extends Error {
  override readonly name = "ArithmeticError";
}

/** Bounds of the wire's integer types. */
export const maxUint32 = 0xffff_ffff;
export const maxInt64 = (1n << 63n) - 1n;
export const minInt64 = -(1n << 63n);
export const maxUint64 = (1n << 64n) - 1n;

/** Bits of the reference's arbitrary-precision Int (base-chain.md §8.0). */
export const maxIntBits = 256;
const intBound = 1n << BigInt(maxIntBits);

/** True if the value fits the reference's Int: |value| < 2^256. */
export function fitsInt(value: bigint): boolean {
  return value < intBound && value > -intBound;
}

/** The reference's Int arithmetic: the value itself, or a thrown {@link ArithmeticError} beyond ±2^256. */
export function checkInt(value: bigint): bigint {
  if (!fitsInt(value)) throw new ArithmeticError("integer overflow");
  return value;
}

/** An unsigned decimal integer up to `max` without sign, spaces or leading zeros, or undefined. */
export function parseDecimal(text: string, max: bigint = maxUint64): bigint | undefined {
  if (!/^(0|[1-9][0-9]{0,77})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value <= max ? value : undefined;
}

// Go's big.Int.SetString(text, 0): sign, base prefix, digits; an underscore only between a prefix or digit and a digit.
const goIntegerForms: readonly (readonly [RegExp, string])[] = [
  [/^0[xX](_?[0-9a-fA-F])+$/, "0x"],
  [/^0[bB](_?[01])+$/, "0b"],
  [/^0[oO](_?[0-7])+$/, "0o"],
  [/^0(_?[0-7])+$/, "0o"],
  [/^(0|[1-9](_?[0-9])*)$/, ""],
];

/**
 * Integer text of any size as the reference reads it (market-modules.md §2.2): Go base-0 text, so `+5`, `0x10`,
 * `0b1`, `1_000` and octal `00012` are accepted. Undefined for anything else.
 */
export function parseGoIntegerText(text: string): bigint | undefined {
  // 2^316 has 317 binary digits; underscores and leading zeros can lengthen it, but nobody needs more.
  if (text.length > 1024) return undefined;
  const negative = text.startsWith("-");
  const body = negative || text.startsWith("+") ? text.slice(1) : text;
  for (const [form, prefix] of goIntegerForms) {
    if (!form.test(body)) continue;
    const digits = body.replaceAll("_", "");
    const magnitude = BigInt(prefix === "" ? digits : prefix + digits.replace(/^0[xXbBoO]?/, ""));
    return negative ? -magnitude : magnitude;
  }
  return undefined;
}

/** Plain digits that fit 256 bits: what nearly all amounts are. */
const plainAmount = /^(?:0|[1-9][0-9]{0,75})$/;

/** {@link parseGoIntegerText} within the reference's Int: undefined for |value| ≥ 2^256 too. */
export function parseGoInteger(text: string): bigint | undefined {
  if (plainAmount.test(text)) return BigInt(text);
  const value = parseGoIntegerText(text);
  return value !== undefined && fitsInt(value) ? value : undefined;
}

/** Smallest integer not below numerator / denominator; denominator > 0. */
export function ceilDiv(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator > 0n ? quotient + 1n : quotient;
}

/** Largest integer not above numerator / denominator; denominator > 0. */
export function floorDiv(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}
