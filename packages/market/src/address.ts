import { ok, type Result } from "@stoa/std";
import { parseAccount } from "@stoa/wire";

/**
 * The lower-case spelling of a valid account address, or the reference's error text: as the reference does, upper case
 * is accepted.
 */
export function canonicalAddress(text: string): Result<string, string> {
  const decoded = parseAccount(text);
  return decoded.ok ? ok(text.toLowerCase()) : decoded;
}
