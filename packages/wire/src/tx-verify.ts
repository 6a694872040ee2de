import type { Hash, Verifier } from "@stoa/std";
import { SignMode } from "../gen/cosmos.tx.signing.v1beta1.js";
import type { ModeInfo, ModeInfo_Multi } from "../gen/cosmos.tx.v1beta1.js";
import { verifyPersonalSignature } from "./ethereum.ts";
import { bitCount, setBits, splitMultisignature } from "./multisig.ts";
import type { MultisigPublicKey, PublicKey } from "./public-key.ts";
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
  if (publicKey.type === "ethereum") return verifyPersonalSignature(publicKey.key, bytes, signature, ports.verifier);
  const signed = publicKey.type === "ed25519" ? bytes : ports.hash.sha256(bytes);
  return ports.verifier.verify(publicKey.type, publicKey.key, signed, signature);
}

/**
 * Why the signature is not the signer's, in the reference's words; undefined if it is. A signature is one key's with one
 * mode, or a multisig's whose bit array is as long as its keys, with at least the threshold of members set and every one
 * of them right (base-chain.md §4.2).
 */
export function signatureProblem(check: SignatureCheck): string | undefined {
  const { publicKey, modeInfo } = check;
  if (modeInfo?.sum.case === "single") {
    const right = verifySingle(check, modeInfo.sum.value.mode);
    return right ? undefined : "unable to verify single signer signature";
  }
  if (modeInfo?.sum.case !== "multi") return "unexpected SignatureData <nil>";
  if (publicKey.type !== "multisig") return `expected <nil>, got *${publicKey.type}.PubKey`;
  return multisigProblem(check, publicKey, modeInfo.sum.value);
}

/** True if the signature is the signer's. */
export function verifyTxSignature(check: SignatureCheck): boolean {
  return signatureProblem(check) === undefined;
}

function verifySingle(check: SignatureCheck, mode: SignMode): boolean {
  const { publicKey, signature } = check;
  // An Ethereum key signs personal messages and nothing else; for other keys that mode gives no bytes.
  if (publicKey.type === "multisig" || (publicKey.type === "ethereum" && mode !== SignMode.EIP_191)) return false;
  const bytes = check.signBytes(mode);
  return bytes !== undefined && verifyBytes(publicKey, bytes, signature, check);
}

function multisigProblem(
  check: SignatureCheck,
  { keys, threshold }: MultisigPublicKey,
  { bitarray, modeInfos }: ModeInfo_Multi,
): string | undefined {
  const signatures = splitMultisignature(check.signature);
  const members = setBits(bitarray);
  if (signatures === undefined) return "malformed multisignature";
  if (bitCount(bitarray) !== keys.length) return `bit array size is incorrect, expecting: ${keys.length}`;
  if (signatures.length < threshold || signatures.length > keys.length || signatures.length !== modeInfos.length) {
    return `signature size is incorrect ${signatures.length}`;
  }
  if (members.length < threshold) return `not enough signatures set, have ${members.length}, expected ${threshold}`;
  if (members.length > signatures.length) return `signature size is incorrect ${signatures.length}`;
  for (const [place, member] of members.entries()) {
    const publicKey = keys[member] as PublicKey;
    const signature = signatures[place] as Uint8Array;
    const problem = signatureProblem({ ...check, publicKey, modeInfo: modeInfos[place], signature });
    if (problem === undefined) continue;
    return publicKey.type === "multisig" ? problem : `unable to verify signature at index ${member}`;
  }
  return undefined;
}
