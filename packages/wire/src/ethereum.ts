import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes, equalBytes, utf8, type Verifier } from "@stoa/std";
import { PubKeySchema } from "../gen/ethermint.crypto.v1.ethsecp256k1.js";

/*
 * Ethereum keys and EIP-191 personal signatures: docs/decisions/eip-191.md. On a chain that has them switched off, the
 * type of such a key cannot even be decoded, as in the reference.
 */

/** Type URL of an Ethereum key, as wallets send it to chains that name no other. */
export const ethereumKeyUrl = `/${PubKeySchema.typeName}`;
export { PubKeySchema as EthereumKeySchema };

/** Bytes of a compressed key. */
const keyBytes = 33;
/** Bytes of a personal signature: r, s, and which of the possible keys made it. */
const signatureBytes = 65;
/** What wallets add to the number of the key that a signature came from. */
const recoveryOffset = 27;

/** Address bytes of an Ethereum key: the last 20 of the Keccak-256 of its point. Undefined for what is no key. */
export function ethereumAddress(key: Uint8Array): Uint8Array | undefined {
  if (key.length !== keyBytes) return undefined;
  try {
    const point = secp256k1.Point.fromBytes(key).toBytes(false);
    return keccak_256(point.subarray(1)).slice(12);
  } catch {
    return undefined;
  }
}

/** What a wallet signs when it is asked to sign this text with `personal_sign` (EIP-191, version 0x45). */
export function personalMessage(text: Uint8Array): Uint8Array {
  return concatBytes(utf8(`\x19Ethereum Signed Message:\n${text.length}`), text);
}

/**
 * True if the key signed the personal message: 65 bytes r‖s‖v as wallets give them, s in the lower half, v 27 or 28 and
 * the one that leads back to the key, so that nobody can write a signature in another way.
 */
export function verifyPersonalSignature(
  key: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  verifier: Verifier,
): boolean {
  const recovery = (signature[signatureBytes - 1] ?? 0) - recoveryOffset;
  if (signature.length !== signatureBytes || (recovery !== 0 && recovery !== 1)) return false;
  try {
    const compact = signature.subarray(0, signatureBytes - 1);
    const parsed = secp256k1.Signature.fromBytes(compact, "compact");
    if (parsed.hasHighS()) return false;
    const digest = keccak_256(message);
    // The host is quick to find what is wrong; only the good take the slow way back to the key, for the last byte.
    if (!verifier.verify("secp256k1", key, digest, compact)) return false;
    const point = parsed.addRecoveryBit(recovery).recoverPublicKey(digest);
    return equalBytes(point.toBytes(true), key);
  } catch {
    return false;
  }
}
