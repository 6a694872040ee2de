import type { RecordedMessage } from "@stoa/chain";

/** JSON values of recorded messages and responses. */
export type Json = Exclude<RecordedMessage[string], undefined>;

export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** An integer of JSON: a number or decimal text; 0 for anything else. */
export function numberOf(value: Json | undefined): bigint {
  if (typeof value === "number") return BigInt(value);
  return typeof value === "string" && /^-?[0-9]+$/.test(value) ? BigInt(value) : 0n;
}

const decimals = 18;

/** A decimal text as an integer of 10^-18. */
export function decimalOf(value: Json | undefined): bigint {
  const text = typeof value === "string" ? value : "0";
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const scaled = BigInt(whole + fraction.padEnd(decimals, "0").slice(0, decimals));
  return negative ? -scaled : scaled;
}

export const one: bigint = 10n ** BigInt(decimals);
