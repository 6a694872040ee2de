import { parseAccount } from "@stoa/wire";
import { refuse, sdkErrors } from "./errors.ts";

/**
 * The bytes of an address that a message names; refuses others with sdk 7 and the text
 * `invalid <what> address: <why>: invalid address`.
 */
export function requireAddress(text: string, what: string): Uint8Array {
  const parsed = parseAccount(text);
  return parsed.ok ? parsed.value : refuse(sdkErrors.invalidAddress, `invalid ${what} address: ${parsed.error}`);
}
