import { accountPrefix, decodeBech32, parseAccount } from "@stoa/wire";
import { refuse, refuseUnregistered, sdkErrors } from "./errors.ts";

/**
 * The bytes of an address that a message names; refuses others with sdk 7 and the text
 * `invalid <what> address: <why>: invalid address`.
 */
export function requireAddress(text: string, what: string): Uint8Array {
  const parsed = parseAccount(text);
  return parsed.ok ? parsed.value : refuse(sdkErrors.invalidAddress, `invalid ${what} address: ${parsed.error}`);
}

/** The bytes of an address that a query of an SDK module names; refuses others as the SDK's address codec does. */
export function queriedAddress(text: string): Uint8Array {
  const parsed = parseAccount(text);
  if (parsed.ok) return parsed.value;
  const decoded = decodeBech32(text);
  if (decoded.ok && decoded.value.prefix !== accountPrefix) {
    refuse(sdkErrors.logic, otherPrefixText(accountPrefix, decoded.value.prefix));
  }
  return refuseUnregistered(parsed.error);
}

function otherPrefixText(expected: string, actual: string): string {
  return `hrp does not match bech32 prefix: expected '${expected}' got '${actual}'`;
}
