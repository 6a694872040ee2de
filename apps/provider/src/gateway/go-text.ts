/** Numbers and flags in paths and queries, with the texts of the reference's parser. */
import { err, ok, type Result } from "@stoa/std";

function problem(parser: string, text: string, why: string): { readonly ok: false; readonly error: string } {
  return err(`strconv.${parser}: parsing ${JSON.stringify(text)}: ${why}`);
}

/** A decimal number without sign of at most so many bits. */
export function parseUint(text: string, bits: number): Result<bigint, string> {
  if (!/^\d+$/.test(text)) return problem("ParseUint", text, "invalid syntax");
  const value = BigInt(text.slice(0, 100));
  return text.length <= 100 && value < 1n << BigInt(bits)
    ? ok(value)
    : problem("ParseUint", text, "value out of range");
}

/** A decimal number of at most so many bits, sign included. */
export function parseInteger(text: string, bits: number): Result<bigint, string> {
  if (!/^[+-]?\d+$/.test(text)) return problem("ParseInt", text, "invalid syntax");
  const value = BigInt(text.slice(0, 100).replace("+", ""));
  const limit = 1n << BigInt(bits - 1);
  return text.length <= 100 && value < limit && value >= -limit
    ? ok(value)
    : problem("ParseInt", text, "value out of range");
}

const yes = ["1", "t", "T", "TRUE", "true", "True"];
const no = ["0", "f", "F", "FALSE", "false", "False"];

export function parseFlag(text: string): Result<boolean, string> {
  if (yes.includes(text)) return ok(true);
  return no.includes(text) ? ok(false) : problem("ParseBool", text, "invalid syntax");
}
