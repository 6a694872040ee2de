/*
 * The door `@stoa/wire/armor-bcrypt`: what armored keys of old exports (before Cosmos SDK 0.47) need. A door of its own,
 * because its dependency names a host module; `bcryptKey` goes into `unarmorPrivateKey`.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { assert, utf8 } from "@stoa/std";
import { encodeBase64, hashSync } from "bcryptjs";

/** The reference's cost: 2^12 rounds, most of a second in pure JS. */
const costLog2 = 12;
const saltBytes = 16;

/** The 32-byte key of a passphrase and a 16-byte salt: SHA-256 of the bcrypt text. */
export function bcryptKey(passphrase: string, salt: Uint8Array): Uint8Array {
  assert(salt.length === saltBytes, "a bcrypt salt has 16 bytes");
  const text = hashSync(passphrase, `$2a$${costLog2}$${encodeBase64([...salt], saltBytes)}`);
  return sha256(utf8(text));
}
