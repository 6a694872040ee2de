import type { Hash, Verifier } from "@stoa/std";
import { ProtobufError, ProtobufWriter, readFields } from "./protobuf.ts";

/** Key types that consensus knows; parameters allow ed25519 alone by default (base-chain.md §1.5). */
export type ConsensusKeyType = "ed25519" | "secp256k1";

/** A validator's public key: 32 bytes of ed25519 or 33 of compressed secp256k1. */
export interface PublicKey {
  readonly type: ConsensusKeyType;
  readonly bytes: Uint8Array;
}

const keySizes: Readonly<Record<ConsensusKeyType, number>> = { ed25519: 32, secp256k1: 33 };

/** Validator addresses have 20 bytes. */
export const addressBytes = 20;

/** Address of a validator key (base-chain.md §2.3). */
export function addressOfKey(hash: Hash, key: PublicKey): Uint8Array {
  const digest = hash.sha256(key.bytes);
  return key.type === "ed25519" ? digest.slice(0, addressBytes) : hash.ripemd160(digest);
}

/** tendermint.crypto.PublicKey. */
export function encodePublicKey(key: PublicKey): Uint8Array {
  return new ProtobufWriter().bytes(key.type === "ed25519" ? 1 : 2, key.bytes).finish();
}

export function decodePublicKey(bytes: Uint8Array): PublicKey {
  let key: PublicKey | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) key = { type: "ed25519", bytes: field.bytes() };
    else if (field.number === 2) key = { type: "secp256k1", bytes: field.bytes() };
  }
  if (key === undefined) throw new ProtobufError("a public key of an unknown type");
  if (key.bytes.length !== keySizes[key.type]) throw new ProtobufError(`a ${key.type} key of the wrong size`);
  return key;
}

/** True if the key signed the message; ed25519 by ZIP-215. */
export function verifyMessage(
  ports: { readonly hash: Hash; readonly verifier: Verifier },
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const signed = key.type === "ed25519" ? message : ports.hash.sha256(message);
  return ports.verifier.verify(key.type, key.bytes, signed, signature);
}
