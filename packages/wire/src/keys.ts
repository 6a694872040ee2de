import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes, err, fromHex, ok, type Result } from "@stoa/std";
import type { SinglePublicKey } from "./public-key.ts";

/** A private key: 32 bytes of either scheme (for ed25519 the seed). Keep it out of logs and argv. */
export interface PrivateKey {
  readonly type: "secp256k1" | "ed25519";
  readonly secret: Uint8Array;
}

/** A secp256k1 private key, or an error when the 32 bytes are no scalar of the group. */
export function secp256k1PrivateKey(secret: Uint8Array): Result<PrivateKey, string> {
  if (!secp256k1.utils.isValidSecretKey(secret)) return err("not a secp256k1 private key");
  return ok({ type: "secp256k1", secret });
}

/** The public half. */
export function publicKeyOf(privateKey: PrivateKey): SinglePublicKey {
  const key =
    privateKey.type === "secp256k1"
      ? secp256k1.getPublicKey(privateKey.secret, true)
      : ed25519.getPublicKey(privateKey.secret);
  return { type: privateKey.type, key };
}

/**
 * Signs a message: secp256k1 over its SHA-256 with the RFC 6979 nonce and low s, ed25519 over the message itself.
 * 64 bytes, the same for the same input.
 */
export function signMessage(privateKey: PrivateKey, message: Uint8Array): Uint8Array {
  if (privateKey.type === "ed25519") return ed25519.sign(message, privateKey.secret);
  return signDigest(privateKey.secret, sha256(message));
}

/** Low-s, RFC 6979 secp256k1 signature (r‖s) over a 32-byte digest. */
export function signDigest(secret: Uint8Array, digest: Uint8Array): Uint8Array {
  return secp256k1.sign(digest, secret, { prehash: false, lowS: true, format: "compact" });
}

const aminoPrefixes = {
  secp256k1: fromHex("e1b0f79b20") as Uint8Array,
  ed25519: fromHex("a328891040") as Uint8Array,
} as const;

/** Amino binary form of a private key, as armored keys carry it. */
export function privateKeyToAmino(privateKey: PrivateKey): Uint8Array {
  const prefix = aminoPrefixes[privateKey.type];
  if (privateKey.type === "secp256k1") return concatBytes(prefix, privateKey.secret);
  return concatBytes(prefix, privateKey.secret, publicKeyOf(privateKey).key);
}

/** The key of an amino form. */
export function privateKeyFromAmino(amino: Uint8Array): Result<PrivateKey, string> {
  const prefix = amino.subarray(0, 5);
  if (equalBytes(prefix, aminoPrefixes.secp256k1) && amino.length === 37) {
    return secp256k1PrivateKey(amino.slice(5));
  }
  if (equalBytes(prefix, aminoPrefixes.ed25519) && amino.length === 69) {
    return ok({ type: "ed25519", secret: amino.slice(5, 37) });
  }
  return err("not a private key in amino form");
}
