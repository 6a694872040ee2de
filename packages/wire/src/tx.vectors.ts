import { create, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { fromHex, fromUtf8, type Result, toHex, utf8 } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import type { VectorFamily } from "@stoa/test";
import { SignMode } from "../gen/cosmos.tx.signing.v1beta1.js";
import {
  AuthInfoSchema,
  AuxSignerDataSchema,
  ModeInfoSchema,
  TxBodySchema,
  TxSchema,
} from "../gen/cosmos.tx.v1beta1.js";
import { accountAddress } from "./address.ts";
import { decode, encode } from "./codec.ts";
import { jsonText, sortedJson } from "./json-text.ts";
import { secp256k1PrivateKey, signMessage } from "./keys.ts";
import { multisigModeInfo, multisigSignature } from "./multisig.ts";
import { toProtoJson } from "./proto-json.ts";
import { fromProtoJson } from "./proto-json-parse.ts";
import { multisigKey, publicKeyFromAny, publicKeyToAny, secp256k1Key } from "./public-key.ts";
import { registry } from "./registry.ts";
import { directAuxSignBytes, type SignerData, signBytesOf } from "./sign-docs.ts";
import { type DecodedTx, decodeTx } from "./tx.ts";
import { assembleTx } from "./tx-build.ts";
import { signWithMode } from "./tx-sign.ts";
import { txSigners } from "./tx-signers.ts";
import { txTypesOf } from "./tx-types.ts";
import { signBytesByMode, verifyBytes, verifyTxSignature } from "./tx-verify.ts";
import { checkSections, type VectorCase, type VectorCheck } from "./vector-check.ts";

const types = txTypesOf(registry);
const bytes = (value: unknown): Uint8Array => fromHex(value as string) as Uint8Array;

function checkDecode(check: VectorCheck, one: VectorCase): void {
  const name = one.case as string;
  const tx = decodeTx(bytes(one.tx), types);
  check.same(`${name}: ok`, one.ok, tx.ok);
  if (!tx.ok) {
    check.same(`${name}: codespace`, one.codespace, tx.error.codespace);
    check.same(`${name}: code`, one.code, tx.error.code);
    return;
  }
  const signers = txSigners(tx.value);
  check.same(`${name}: signersError`, one.signersError === undefined, signers.ok);
  if (signers.ok) check.same(`${name}: signers`, one.signers, signers.value.texts);
}

const modes = {
  DIRECT: SignMode.DIRECT,
  DIRECT_AUX: SignMode.DIRECT_AUX,
  LEGACY_AMINO_JSON: SignMode.LEGACY_AMINO_JSON,
} as const;

function textOf(mode: SignMode, signBytes: Result<Uint8Array, string>): string | undefined {
  if (!signBytes.ok) return undefined;
  return mode === SignMode.LEGACY_AMINO_JSON ? fromUtf8(signBytes.value) : toHex(signBytes.value);
}

/** Fields that the reference's node leaves empty in amino sign bytes (base-chain.md §4.2, Go descriptor quirk). */
const truncatedFields: ReadonlyMap<string, string> = new Map([
  ["/akash.deployment.v1beta4.MsgCreateDeployment", "groups"],
  ["/akash.market.v1beta5.MsgCreateBid", "resources_offer"],
  ["/akash.provider.v1beta4.MsgCreateProvider", "info"],
  ["/akash.provider.v1beta4.MsgUpdateProvider", "info"],
]);

/** Our full amino sign bytes in the truncated form of the reference's node. */
function truncated(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const doc = JSON.parse(text) as { msgs: { type: string; value: Record<string, JsonValue> }[] } & JsonObject;
  for (const { type, value } of doc.msgs) {
    const field = truncatedFields.get(type);
    if (field === undefined || value[field] === undefined) continue;
    value[field] = Array.isArray(value[field]) ? value[field].map(() => ({})) : {};
  }
  return jsonText(doc);
}

/** One transaction: its bytes rebuilt, every signer's sign bytes, signature and verification. */
function checkTx(check: VectorCheck, one: VectorCase): void {
  if (one.auxSignerData !== undefined) {
    checkAuxSignerData(check, one);
    return;
  }
  const tx = decodeTx(bytes(one.txRaw), types);
  if (!tx.ok) {
    check.same("txRaw", "decodes", tx.error.detail);
    return;
  }
  check.same("bodyBytes", one.bodyBytes, toHex(encode(TxBodySchema, tx.value.body)));
  check.same("authInfoBytes", one.authInfoBytes, toHex(encode(AuthInfoSchema, tx.value.authInfo)));
  check.same("txRaw", one.txRaw, toHex(assembleTx(tx.value, tx.value.signatures)));
  const signers = txSigners(tx.value);
  if (one.signers !== undefined) {
    check.same("signers", one.signers, signers.ok ? signers.value.texts : signers.error);
    check.same("feePayer", one.feePayer, signers.ok ? signers.value.feePayer : signers.error);
  }
  checkJson(check, one, tx.value);
  if (one.threshold !== undefined) checkMultisigTx(check, one, tx.value);
  for (const [index, signing] of ((one.signing ?? []) as readonly VectorCase[]).entries()) {
    checkSigner(check, one, signing, tx.value, index);
  }
}

/** The transaction as REST and the reference CLI print it, and read back from that. */
function checkJson(check: VectorCheck, one: VectorCase, tx: DecodedTx): void {
  if (one.json === undefined) return;
  const { body, authInfo } = tx;
  const message = create(TxSchema, { body, authInfo, signatures: [...tx.signatures] });
  const json = toProtoJson(TxSchema, message, types.resolve);
  check.same("json", sortedJson(one.json as JsonValue), json.ok ? sortedJson(json.value) : json.error.message);
  const back = fromProtoJson(TxSchema, one.json as JsonValue, types.resolve);
  const rebuilt = back.ok && back.value.body !== undefined ? toHex(encode(TxBodySchema, back.value.body)) : "";
  check.same("json read back", one.bodyBytes, rebuilt);
}

function checkSigner(check: VectorCheck, one: VectorCase, signing: VectorCase, tx: DecodedTx, index: number): void {
  const info = tx.authInfo.signerInfos[index];
  const secret = secp256k1PrivateKey(bytes(signing.privKey));
  if (info?.publicKey === undefined || !secret.ok) {
    check.same("signer", "a key", "none");
    return;
  }
  const feePayer = one.feePayer as string;
  const signer = {
    chainId: one.chainId as string,
    accountNumber: BigInt(signing.accountNumber as number),
    sequence: BigInt(signing.sequence as number),
    address: signing.address as string,
    publicKey: info.publicKey,
  };
  for (const [name, mode] of Object.entries(modes)) {
    const got = textOf(mode, signBytesOf(mode, tx, signer, feePayer, types));
    const want = signing[`signBytesError_${name}`] === undefined ? signing[`signBytes_${name}`] : undefined;
    check.same(`${one.name}: signBytes_${name}`, want, mode === SignMode.LEGACY_AMINO_JSON ? truncated(got) : got);
  }
  const mode = modes[(signing.mode as string).replace("SIGN_MODE_", "") as keyof typeof modes];
  const signature = signWithMode(mode, { tx, privateKey: secret.value, signer, feePayer, types });
  const full = textOf(mode, signBytesOf(mode, tx, signer, feePayer, types)) ?? "";
  if (mode === SignMode.LEGACY_AMINO_JSON && truncated(full) !== full && signature.ok) {
    // The recorded signature is over the reference's truncated form: we refuse it, and accept one over the full form.
    check.same(
      `${one.name}: signature`,
      signing.signature,
      toHex(signMessage(secret.value, utf8(truncated(full) ?? ""))),
    );
    check.same(`${one.name}: truncated form is refused`, false, verifies(tx, index, signer, feePayer));
    const ours = { ...tx, signatures: tx.signatures.with(index, signature.value) };
    check.same(`${one.name}: full form verifies`, true, verifies(ours, index, signer, feePayer));
    return;
  }
  check.same(`${one.name}: signature`, signing.signature, signature.ok ? toHex(signature.value) : signature.error);
  check.same(`${one.name}: verify`, signing.verify === null, verifies(tx, index, signer, feePayer));
  const later = { ...signer, sequence: signer.sequence + 1n };
  check.same(
    "verifyWithSequencePlusOne",
    signing.verifyWithSequencePlusOne === null,
    verifies(tx, index, later, feePayer),
  );
}

function verifies(tx: DecodedTx, index: number, signer: SignerData, feePayer: string): boolean {
  const info = tx.authInfo.signerInfos[index];
  const publicKey = info?.publicKey === undefined ? undefined : publicKeyFromAny(info.publicKey);
  if (publicKey === undefined || !publicKey.ok) return false;
  return verifyTxSignature({
    publicKey: publicKey.value,
    modeInfo: info?.modeInfo,
    signature: tx.signatures[index] ?? new Uint8Array(),
    signBytes: signBytesByMode(tx, signer, feePayer, types),
    verifier: pureVerifier,
    hash: pureHash,
  });
}

function checkMultisigTx(check: VectorCheck, one: VectorCase, tx: DecodedTx): void {
  const pairs = one.keys as readonly VectorCase[];
  const keys = pairs.map((pair) => secp256k1Key(bytes(pair.pubKey)));
  const publicKey = multisigKey(one.threshold as number, keys);
  const address = accountAddress(publicKey, pureHash);
  check.same("address", one.address, address.ok ? address.value : address.error);
  const signer = {
    chainId: one.chainId as string,
    accountNumber: BigInt(one.accountNumber as number),
    sequence: BigInt(one.sequence as number),
    address: one.address as string,
    publicKey: publicKeyToAny(publicKey),
  };
  const mode = modes[(one.mode as string).replace("SIGN_MODE_", "") as keyof typeof modes];
  const signBytes = signBytesOf(mode, tx, signer, signer.address, types);
  check.same("signBytes", one.signBytes, signBytes.ok ? toHex(signBytes.value) : signBytes.error);
  const members = (one.signedBy as readonly number[]).flatMap((index) => {
    const secret = secp256k1PrivateKey(bytes(pairs[index]?.privKey));
    if (!secret.ok || !signBytes.ok) return [];
    return [{ index, mode, signature: signMessage(secret.value, signBytes.value) }];
  });
  check.same("multiSignature", one.multiSignature, toHex(multisigSignature(members)));
  const modeInfo = multisigModeInfo(publicKey, members);
  const carried = tx.authInfo.signerInfos[0]?.modeInfo;
  check.same("modeInfo", carried && toHex(encode(ModeInfoSchema, carried)), toHex(encode(ModeInfoSchema, modeInfo)));
  check.same("verify", one.verify === null, verifies(tx, 0, signer, signer.address));
  check.same("other chain", false, verifies(tx, 0, { ...signer, chainId: "other-1" }, signer.address));
}

function checkAuxSignerData(check: VectorCheck, one: VectorCase): void {
  const data = decode(AuxSignerDataSchema, bytes(one.auxSignerData));
  check.same("auxSignerData", one.auxSignerData, toHex(encode(AuxSignerDataSchema, data)));
  const publicKey = data.signDoc?.publicKey;
  const key = publicKey === undefined ? undefined : publicKeyFromAny(publicKey);
  if (data.signDoc === undefined || publicKey === undefined || key === undefined || !key.ok) {
    check.same("signDoc", "a document with a key", "none");
    return;
  }
  check.same("chainId", one.chainId, data.signDoc.chainId);
  const signBytes = directAuxSignBytes({ ...data.signDoc, publicKey });
  check.same("signDocDirectAux", one.signDocDirectAux, toHex(signBytes));
  check.same("signature", one.signature, toHex(data.sig));
  const ports = { verifier: pureVerifier, hash: pureHash };
  check.same("verify", true, verifyBytes(key.value, signBytes, data.sig, ports));
}

/** Transactions: decoding, signers, sign bytes of every mode, verification: `lib/tx.json`, but for the parts of tx-edges.vectors.ts. */
export const txVectors: VectorFamily = {
  file: "lib/tx.json",
  check: (text) =>
    checkSections(text, {
      txs: checkTx,
      decode: checkDecode,
    }),
};
