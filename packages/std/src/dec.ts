import { floorDiv } from "./integers.ts";

/** Decimal places of {@link Dec}. */
export const decPlaces = 18;
const scale = 10n ** 18n;
// The reference bounds the scaled integer by 2^256 · 10^18 (market-modules.md §2.2).
const scaledBound = (1n << 256n) * scale;

/** An arithmetic result outside the reference's range, or a division by zero. Inside a transaction: a panic. */
export class ArithmeticError extends Error {
  override readonly name = "ArithmeticError";
}

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
   * From decimal text: optional `-`, digits, optional fraction of 1 to 18 digits. Undefined for anything else
   * (exponents, more places, out of range).
   */
  static parse(text: string): Dec | undefined {
    const match = /^(-?)([0-9]{1,100})(?:\.([0-9]{1,18}))?$/.exec(text);
    if (match === null) return undefined;
    const magnitude = BigInt(`${match[2]}${(match[3] ?? "").padEnd(decPlaces, "0")}`);
    if (magnitude >= scaledBound) return undefined;
    return new Dec(match[1] === "-" ? -magnitude : magnitude);
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

  /** Quotient, toward positive infinity. */
  quoRoundUp(other: Dec): Dec {
    return this.quotient(other, "up");
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

  /** The scaled integer as text, as the protobuf wire carries it. */
  toWire(): string {
    return this.scaled.toString();
  }
}
