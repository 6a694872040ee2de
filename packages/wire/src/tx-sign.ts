import { ok, type Result } from "@stoa/std";
import { SignMode } from "../gen/cosmos.tx.signing.v1beta1.js";
import { type PrivateKey, publicKeyOf, signMessage } from "./keys.ts";
import { directSignBytes, type SignableTx, type SignerData, signBytesOf } from "./sign-docs.ts";
import { assembleTx, buildTx, type TxDraft, type UnsignedTx } from "./tx-build.ts";
import type { TxTypes } from "./tx-types.ts";

/** A signer's own part of a DIRECT signature. */
export interface DirectSigner {
  readonly privateKey: PrivateKey;
  readonly chainId: string;
  readonly accountNumber: bigint;
}

/** Signature of one signer in mode DIRECT. */
export function signDirect(tx: Pick<UnsignedTx, "bodyBytes" | "authInfoBytes">, signer: DirectSigner): Uint8Array {
  const { bodyBytes, authInfoBytes } = tx;
  const { chainId, accountNumber } = signer;
  return signMessage(signer.privateKey, directSignBytes({ bodyBytes, authInfoBytes, chainId, accountNumber }));
}

/** Signature of one signer in any enabled mode. */
export function signWithMode(
  mode: SignMode,
  params: {
    readonly tx: SignableTx;
    readonly privateKey: PrivateKey;
    readonly signer: SignerData;
    readonly feePayer: string;
    readonly types: TxTypes;
  },
): Result<Uint8Array, string> {
  const bytes = signBytesOf(mode, params.tx, params.signer, params.feePayer, params.types);
  return bytes.ok ? ok(signMessage(params.privateKey, bytes.value)) : bytes;
}

/** The bytes to broadcast of a transaction with one signer in mode DIRECT: what most programs send. */
export function signSingle(
  draft: Omit<TxDraft, "signers">,
  signer: DirectSigner & { readonly sequence: bigint },
): Uint8Array {
  const publicKey = publicKeyOf(signer.privateKey);
  const tx = buildTx({ ...draft, signers: [{ publicKey, sequence: signer.sequence, mode: SignMode.DIRECT }] });
  return assembleTx(tx, [signDirect(tx, signer)]);
}
