import type { VectorFailure, VectorFamily } from "@stoa/test";
import { Dec } from "./dec.ts";
import { checkInt, maxInt64, maxUint64, minInt64, parseGoInteger } from "./integers.ts";

type Case = Readonly<Record<string, unknown>>;

interface Checker {
  cases: number;
  readonly failures: VectorFailure[];
  /** The current case's name. */
  name: string;
}

/** Text of a result, or null where the computation refuses, as the vectors write it. */
function attempt(compute: () => { toString(): string } | undefined): string | null {
  try {
    return compute()?.toString() ?? null;
  } catch {
    return null;
  }
}

function same(checker: Checker, field: string, want: unknown, got: unknown): void {
  if (want === got) return;
  checker.failures.push({ case: checker.name, field, message: `want ${String(want)}, got ${String(got)}` });
}

function checkParse(checker: Checker, one: Case): void {
  const dec = Dec.parse(one.text as string);
  same(checker, "accepted", one.error === null, dec !== undefined);
  if (dec === undefined || one.error !== null) return;
  same(checker, "scaled", one.scaled, dec.scaled.toString());
  same(checker, "string", one.string, dec.toString());
  same(checker, "json", one.json, dec.toString());
  same(checker, "wire", one.wire, dec.toWire());
  same(checker, "isZero", one.isZero, dec.isZero());
  same(checker, "isNegative", one.isNegative, dec.isNegative());
  same(checker, "isInteger", one.isInteger, dec.isInteger());
}

/** A JSON text's string, or undefined if the text is no JSON string. */
function jsonString(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function checkWire(checker: Checker, one: Case): void {
  // A resource value is a protobuf message: the wire package's coins.vectors.ts checks it.
  if (one.as === "ResourceValue") return;
  if (one.as === "json") {
    const text = jsonString(one.text as string);
    const dec = text === undefined ? undefined : Dec.parse(text);
    const int = text === undefined ? undefined : parseGoInteger(text);
    same(checker, "dec", one.decError === null ? one.dec : undefined, dec?.toString());
    same(checker, "int", one.intError === null ? one.int : undefined, int?.toString());
    return;
  }
  const text = one.bytes as string;
  const value = one.as === "LegacyDec" ? Dec.fromWire(text) : parseGoInteger(text);
  const want = one.error === null && one.nil !== true ? one.string : undefined;
  same(checker, one.as as string, want, value?.toString());
}

function checkDecBinary(checker: Checker, one: Case): void {
  const a = Dec.of(one.a as string);
  const b = Dec.of(one.b as string);
  same(checker, "cmp", one.cmp, a.cmp(b));
  const operations: Readonly<Record<string, () => Dec>> = {
    add: () => a.add(b),
    sub: () => a.sub(b),
    mul: () => a.mul(b),
    mulTruncate: () => a.mulTruncate(b),
    mulRoundUp: () => a.mulRoundUp(b),
    quo: () => a.quo(b),
    quoTruncate: () => a.quoTruncate(b),
    quoRoundUp: () => a.quoRoundUp(b),
  };
  for (const [field, compute] of Object.entries(operations)) same(checker, field, one[field], attempt(compute));
}

function unaryOperation(a: Dec, field: string): (() => { toString(): string }) | undefined {
  const plain: Readonly<Record<string, () => { toString(): string }>> = {
    neg: () => a.neg(),
    abs: () => a.abs(),
    roundInt: () => a.roundInt(),
    roundInt64: () => a.roundInt64(),
    truncateInt: () => a.truncateInt(),
    truncateInt64: () => a.truncateInt64(),
    truncateDec: () => a.truncateDec(),
    ceil: () => Dec.fromInt(a.ceilInt()),
    sortable: () => a.toSortable(),
  };
  const match = /^(power|root|mulInt|quoInt)(-?[0-9]+)$/.exec(field);
  if (match === null) return plain[field];
  const operand = BigInt(match[2] as string);
  switch (match[1]) {
    case "power":
      return () => a.power(operand);
    case "root":
      return () => a.approxRoot(operand);
    case "mulInt":
      return () => a.mulInt(operand);
    default:
      return () => a.quoInt(operand);
  }
}

function checkDecUnary(checker: Checker, one: Case): void {
  const a = Dec.of(one.a as string);
  for (const [field, want] of Object.entries(one)) {
    if (field === "a" || field.endsWith("Error")) continue;
    const compute = unaryOperation(a, field);
    if (compute === undefined) same(checker, field, "a known operation", "none");
    else same(checker, field, want, attempt(compute));
  }
}

function checkInts(checker: Checker, one: Case): void {
  const a = BigInt(one.a as string);
  const b = BigInt(one.b as string);
  const operations: Readonly<Record<string, () => bigint>> = {
    add: () => checkInt(a + b),
    sub: () => checkInt(a - b),
    mul: () => checkInt(a * b),
    quo: () => checkInt(a / b),
    // Euclidean: the remainder is never negative.
    mod: () => checkInt(((a % b) + (b < 0n ? -b : b)) % b),
  };
  for (const [field, compute] of Object.entries(operations)) same(checker, field, one[field], attempt(compute));
}

function checkIntParse(checker: Checker, one: Case): void {
  const value = parseGoInteger(one.text as string);
  same(checker, "ok", one.ok, value !== undefined);
  if (value === undefined) return;
  same(checker, "string", one.string, value.toString());
  same(checker, "isInt64", one.isInt64, value >= minInt64 && value <= maxInt64);
  same(checker, "isUint64", one.isUint64, value >= 0n && value <= maxUint64);
}

const checks: Readonly<Record<string, (checker: Checker, one: Case) => void>> = {
  decParse: checkParse,
  wire: checkWire,
  decBinary: checkDecBinary,
  decUnary: checkDecUnary,
  int: checkInts,
  intParse: checkIntParse,
};

/** Decimals and integers of `lib/math.json`; the coin parts are the wire package's. */
export const mathVectors: VectorFamily = {
  file: "lib/math.json",
  check(text) {
    const file = JSON.parse(text) as Readonly<Record<string, readonly Case[]>>;
    const checker: Checker = { cases: 0, failures: [], name: "" };
    for (const [section, check] of Object.entries(checks)) {
      for (const [index, one] of (file[section] ?? []).entries()) {
        checker.cases++;
        checker.name = `${section}[${index}]`;
        check(checker, one);
      }
    }
    return { cases: checker.cases, failures: checker.failures };
  },
};
