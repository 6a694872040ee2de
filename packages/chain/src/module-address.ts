import type { Hash } from "@stoa/std";
import { utf8 } from "@stoa/std";

/** Length of an account address in bytes. */
export const addressBytes = 20;

/** A module account's address: the first 20 bytes of SHA-256 of its name (base-chain.md §4.1). */
export function moduleAddress(hash: Hash, moduleName: string): Uint8Array {
  return hash.sha256(utf8(moduleName)).subarray(0, addressBytes);
}
