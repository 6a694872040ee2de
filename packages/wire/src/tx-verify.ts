import type { Hash, Verifier } from "@stoa/std";
import { SignMode } from "../gen/cosmos.tx.signing.v1beta1.js";
import type { ModeInfo } from "../gen/cosmos.tx.v1beta1.js";
import { verifyPersonalSignature } from "./ethereum.ts";
import { bitCount, setBits, splitMultisignature } from "./multisig.ts";
import type { PublicKey } from "./public-key.ts";
import { type SignableTx, type SignerData, signBytesOf } from "./sign-docs.ts";
import type { TxTypes } from "./tx-types.ts";

/** What one signer's verification needs. */
export interface SignatureCheck {
  readonly publicKey: PublicKey;
  readonly modeInfo: ModeInfo | undefined;
  readonly signature: Uint8Array;
  /** Sign bytes of a mode; undefined where the mode cannot be used. */
  readonly signBytes: (mode: SignMode) => Uint8Array | undefined;
  readonly verifier: Verifier;
  readonly hash: Hash;
}

/** Sign bytes of one signer by mode, each made once however many members of a multisig ask for it. */
export function signBytesByMode(
  tx: SignableTx,
  signer: SignerData,
  feePayer: string,
  types: TxTypes,
): SignatureCheck["signBytes"] {
  const made = new Map<SignMode, Uint8Array | undefined>();
  return (mode) => {
    if (!made.has(mode)) {
      const bytes = signBytesOf(mode, tx, signer, feePayer, types);
      made.set(mode, bytes.ok ? bytes.value : undefined);
    }
    return made.get(mode);
  };
}

/**
 * True if a plain key signed the bytes: the ECDSA schemes over their SHA-256, ed25519 over the bytes, an Ethereum key over
 * their Keccak-256.
 */
export function verifyBytes(
  publicKey: PublicKey,
  bytes: Uint8Array,
  signature: Uint8Array,
  ports: { readonly verifier: Verifier; readonly hash: Hash },
): boolean {
  if (publicKey.type === "multisig") return false;
  if (publicKey.type === "ethereum") return verifyPersonalSignature(publicKey.key, bytes, signature);
  const signed = publicKey.type === "ed25519" ? bytes : ports.hash.sha256(bytes);
  return ports.verifier.verify(publicKey.type, publicKey.key, signed, signature);
}

/**
 * True if the signature is the signer's: one key with one mode, or a multisig whose bit array is as long as its keys,
 * with at least the threshold of members set and every one of them right (base-chain.md §4.2).
 */
export function verifyTxSignature(check: SignatureCheck): boolean {
  const { publicKey, modeInfo, signature } = check;
  if (modeInfo?.sum.case === "single") {
    const { mode } = modeInfo.sum.value;
    // An Ethereum key signs personal messages and nothing else; for other keys that mode gives no bytes.
    if (publicKey.type === "multisig") return false;
    if (publicKey.type === "ethereum" && mode !== SignMode.EIP_191) return false;
    const bytes = check.signBytes(mode);
    return bytes !== undefined && verifyBytes(publicKey, bytes, signature, check);
  }
  if (modeInfo?.sum.case !== "multi" || publicKey.type !== "multisig") return false;
  const { bitarray, modeInfos } = modeInfo.sum.value;
  const signatures = splitMultisignature(signature);
  const members = setBits(bitarray);
  const { keys, threshold } = publicKey;
  if (signatures === undefined || bitCount(bitarray) !== keys.length) return false;
  if (signatures.length < threshold || signatures.length > keys.length || members.length < threshold) return false;
  if (members.length > signatures.length || signatures.length !== modeInfos.length) return false;
  return members.every((member, place) =>
    verifyTxSignature({
      ...check,
      publicKey: keys[member] as PublicKey,
      modeInfo: modeInfos[place],
      signature: signatures[place] as Uint8Array,
    }),
  );
}
