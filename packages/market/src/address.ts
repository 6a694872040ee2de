import { ok, type Result } from "@stoa/std";
import { parseAccount } from "@stoa/wire";

/**
 * The bytes of an account's bech32 address, or the reference's error text. Upper-case text is accepted, as the
 * reference does; {@link canonicalAddress} gives the one spelling.
 */
export const decodeAccountAddress: (text: string) => Result<Uint8Array, string> = parseAccount;

/** The lower-case spelling of a valid account address, or the reference's error text. */
export function canonicalAddress(text: string): Result<string, string> {
  const decoded = parseAccount(text);
  return decoded.ok ? ok(text.toLowerCase()) : decoded;
}
