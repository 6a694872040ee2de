import { ArithmeticError, floorDiv, maxInt64, minInt64, parseGoIntegerText } from "./integers.ts";

/** Decimal places of {@link Dec}. */
export const decPlaces = 18;
const scale = 10n ** 18n;
// The reference bounds the scaled integer by 2^256 · 10^18 (market-modules.md §2.2).
const scaledBound = (1n << 256n) * scale;
// 2^256 has 78 digits, plus point, fraction and signs; leading zeros may lengthen it, but nobody needs more.
const maxDecText = 256;
// Newton steps after which the reference stops.
const maxRootSteps = 300;

type Rounding = "halfEven" | "truncate" | "up";

function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n || rounding === "truncate") return quotient;
  const negative = numerator < 0n !== denominator < 0n;
  const away = negative ? quotient - 1n : quotient + 1n;
  // "up" is toward positive infinity, as the reference's RoundUp variants.
  if (rounding === "up") return negative ? quotient : away;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  const size = denominator < 0n ? -denominator : denominator;
  if (twice !== size) return twice > size ? away : quotient;
  return quotient % 2n === 0n ? quotient : away;
}

function checkInt64(value: bigint): bigint {
  if (value > maxInt64 || value < minInt64) throw new ArithmeticError("out of the 64-bit range");
  return value;
}

/**
 * Fixed-point decimal with 18 places and the reference's rounding (LegacyDec; base-chain.md §8.0).
 * Immutable. Results outside ±2^256 throw {@link ArithmeticError}.
 */
export class Dec {
  /** The value times 10^18. */
  readonly scaled: bigint;

  private constructor(scaled: bigint) {
    if (scaled >= scaledBound || scaled <= -scaledBound) throw new ArithmeticError("decimal overflow");
    this.scaled = scaled;
  }

  static readonly zero: Dec = new Dec(0n);
  static readonly one: Dec = new Dec(scale);

  static fromInt(value: bigint): Dec {
    return new Dec(value * scale);
  }

  /** From the scaled integer, as the protobuf wire carries it. */
  static fromScaled(scaled: bigint): Dec {
    return new Dec(scaled);
  }

  /** numerator / denominator, half to even. */
  static fromRatio(numerator: bigint, denominator: bigint): Dec {
    return Dec.fromInt(numerator).quoInt(denominator);
  }

  /**
   * From decimal text as the reference reads it: an optional `-`, then base-10 text that may carry a sign of its
   * own (`+5`, even `--1`), and an optional fraction of 1 to 18 digits. Undefined for anything else (exponents,
   * more places, `.5`, `5.`, out of range).
   */
  static parse(text: string): Dec | undefined {
    if (text.length > maxDecText) return undefined;
    const match = /^(-?)([+-]?[0-9]*)(?:\.([0-9]{1,18}))?$/.exec(text);
    const whole = match?.[2] ?? "";
    // The reference joins whole and fraction before it reads digits: an empty whole part is refused, a bare sign is 0.
    if (match === null || whole === "") return undefined;
    const digits = `${whole.replace(/^[+-]/, "")}${(match[3] ?? "").padEnd(decPlaces, "0")}`;
    const magnitude = BigInt(digits);
    if (magnitude >= scaledBound) return undefined;
    const negative = (match[1] === "-") !== whole.startsWith("-");
    return new Dec(negative ? -magnitude : magnitude);
  }

  /**
   * From the text that the protobuf wire carries: the scaled integer in the reference's integer forms
   * (market-modules.md §2.2). Undefined when it is no integer or out of range; the empty text is the reference's
   * nil and undefined too.
   */
  static fromWire(text: string): Dec | undefined {
    const scaled = parseGoIntegerText(text);
    return scaled === undefined || scaled >= scaledBound || scaled <= -scaledBound ? undefined : new Dec(scaled);
  }

  /** Like {@link Dec.parse}, for literals in code: throws on bad text. */
  static of(text: string): Dec {
    const value = Dec.parse(text);
    if (value === undefined) throw new ArithmeticError(`not a decimal: ${text}`);
    return value;
  }

  add(other: Dec): Dec {
    return new Dec(this.scaled + other.scaled);
  }

  sub(other: Dec): Dec {
    return new Dec(this.scaled - other.scaled);
  }

  neg(): Dec {
    return new Dec(-this.scaled);
  }

  abs(): Dec {
    return this.scaled < 0n ? this.neg() : this;
  }

  /** Product, half to even. */
  mul(other: Dec): Dec {
    return new Dec(divideRounded(this.scaled * other.scaled, scale, "halfEven"));
  }

  /** Product, toward zero. */
  mulTruncate(other: Dec): Dec {
    return new Dec(divideRounded(this.scaled * other.scaled, scale, "truncate"));
  }

  /** Product, toward positive infinity. */
  mulRoundUp(other: Dec): Dec {
    return new Dec(divideRounded(this.scaled * other.scaled, scale, "up"));
  }

  /** Exact product with an integer. */
  mulInt(factor: bigint): Dec {
    return new Dec(this.scaled * factor);
  }

  private quotient(other: Dec, rounding: Rounding): Dec {
    if (other.scaled === 0n) throw new ArithmeticError("division by zero");
    return new Dec(divideRounded(this.scaled * scale, other.scaled, rounding));
  }

  /** Quotient, half to even. */
  quo(other: Dec): Dec {
    return this.quotient(other, "halfEven");
  }

  /** Quotient, toward zero. */
  quoTruncate(other: Dec): Dec {
    return this.quotient(other, "truncate");
  }

  /**
   * Quotient, up when positive. A negative one that is not exact comes out one unit above its truncation, as the
   * reference computes it (its test looks at the quotient's sign, not the dividend's).
   */
  quoRoundUp(other: Dec): Dec {
    const truncated = this.quoTruncate(other);
    const exact = (this.scaled * scale) % other.scaled === 0n;
    const positive = this.scaled < 0n === other.scaled < 0n;
    return exact || (truncated.isZero() && !positive) ? truncated : new Dec(truncated.scaled + 1n);
  }

  /** Quotient by an integer, toward zero (the reference's QuoInt). */
  quoInt(divisor: bigint): Dec {
    if (divisor === 0n) throw new ArithmeticError("division by zero");
    return new Dec(this.scaled / divisor);
  }

  /** Integer part, toward zero. */
  truncateInt(): bigint {
    return this.scaled / scale;
  }

  truncateDec(): Dec {
    return new Dec(this.truncateInt() * scale);
  }

  /** Nearest integer, half to even. */
  roundInt(): bigint {
    return divideRounded(this.scaled, scale, "halfEven");
  }

  /** Integer part as a 64-bit integer; throws {@link ArithmeticError} beyond. */
  truncateInt64(): bigint {
    return checkInt64(this.truncateInt());
  }

  /** Nearest integer as a 64-bit integer; throws {@link ArithmeticError} beyond. */
  roundInt64(): bigint {
    return checkInt64(this.roundInt());
  }

  /** Smallest integer not below the value. */
  ceilInt(): bigint {
    return -floorDiv(-this.scaled, scale);
  }

  /** Power by repeated squaring, rounded half to even at each multiplication, as the reference does. */
  power(exponent: bigint): Dec {
    if (exponent === 0n) return Dec.one;
    let base: Dec = this;
    let rest = exponent;
    let odd = Dec.one;
    for (; rest > 1n; rest /= 2n) {
      if (rest % 2n !== 0n) odd = odd.mul(base);
      base = base.mul(base);
    }
    return base.mul(odd);
  }

  /**
   * The root-th root by the reference's Newton steps from 1, of the magnitude with the sign put back. Throws
   * {@link ArithmeticError} where a step leaves the range.
   */
  approxRoot(root: bigint): Dec {
    if (this.isNegative()) return this.neg().approxRoot(root).neg();
    if (root === 1n || this.isZero() || this.equals(Dec.one)) return this;
    if (root === 0n) return Dec.one;
    const smallest = Dec.fromScaled(1n);
    let guess = Dec.one;
    let delta = Dec.one;
    for (let step = 0; delta.abs().gt(smallest) && step < maxRootSteps; step++) {
      const power = guess.power(root - 1n);
      delta = this.quo(power.isZero() ? smallest : power)
        .sub(guess)
        .quoInt(root);
      guess = guess.add(delta);
    }
    return guess;
  }

  /** Negative, zero or positive. */
  cmp(other: Dec): number {
    return this.scaled < other.scaled ? -1 : this.scaled > other.scaled ? 1 : 0;
  }

  equals(other: Dec): boolean {
    return this.scaled === other.scaled;
  }

  lt(other: Dec): boolean {
    return this.scaled < other.scaled;
  }

  lte(other: Dec): boolean {
    return this.scaled <= other.scaled;
  }

  gt(other: Dec): boolean {
    return this.scaled > other.scaled;
  }

  gte(other: Dec): boolean {
    return this.scaled >= other.scaled;
  }

  isZero(): boolean {
    return this.scaled === 0n;
  }

  isNegative(): boolean {
    return this.scaled < 0n;
  }

  isPositive(): boolean {
    return this.scaled > 0n;
  }

  isInteger(): boolean {
    return this.scaled % scale === 0n;
  }

  /** Text with exactly 18 places, as JSON and events carry it. */
  toString(): string {
    const digits = (this.scaled < 0n ? -this.scaled : this.scaled).toString().padStart(decPlaces + 1, "0");
    return `${this.scaled < 0n ? "-" : ""}${digits.slice(0, -decPlaces)}.${digits.slice(-decPlaces)}`;
  }

  /** Text of fixed width whose order as bytes is that of the values; throws beyond ±10^18, which read `max` and `--`. */
  toSortable(): string {
    const bound = scale * scale;
    if (this.scaled === bound) return "max";
    if (this.scaled === -bound) return "--";
    if (this.abs().scaled > bound) throw new ArithmeticError("out of the sortable range");
    const text = this.abs()
      .toString()
      .padStart(2 * decPlaces + 1, "0");
    return this.isNegative() ? `-${text}` : text;
  }

  /** The scaled integer as text, as the protobuf wire carries it. */
  toWire(): string {
    return this.scaled.toString();
  }
}
