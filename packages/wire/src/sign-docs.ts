import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { err, ok, type Result, utf8 } from "@stoa/std";
import { SignMode } from "../gen/cosmos.tx.signing.v1beta1.js";
import { SignDocDirectAuxSchema, SignDocSchema, type Tip } from "../gen/cosmos.tx.v1beta1.js";
import { toAminoJson } from "./amino-json.ts";
import { decodeVerbatim, encode } from "./codec.ts";
import { ethereumKeyUrl, personalMessage } from "./ethereum.ts";
import { jsonStringText } from "./json-text.ts";
import { nanoTimeText } from "./time-text.ts";
import type { DecodedTx } from "./tx.ts";
import type { TxTypes } from "./tx-types.ts";
import { WireError } from "./wire-error.ts";

/** What a signature covers beside the transaction. */
export interface SignerData {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  /** The signer's account address text. */
  readonly address: string;
  /** The signer's key: DIRECT_AUX covers it, and EIP_191 is for Ethereum keys. */
  readonly publicKey?: Any | undefined;
}

/** The parts of a transaction that sign documents are made of. */
export type SignableTx = Pick<DecodedTx, "bodyBytes" | "authInfoBytes" | "body" | "authInfo" | "hasUnknownNonCritical">;

/** Sign modes that every chain verifies (base-chain.md §4.2); Ethereum keys have one of their own. */
export const enabledSignModes: readonly SignMode[] = [SignMode.DIRECT, SignMode.DIRECT_AUX, SignMode.LEGACY_AMINO_JSON];

/** Sign bytes of mode DIRECT: everything, as it will be broadcast. */
export function directSignBytes(doc: {
  readonly bodyBytes: Uint8Array;
  readonly authInfoBytes: Uint8Array;
  readonly chainId: string;
  readonly accountNumber: bigint;
}): Uint8Array {
  return encode(SignDocSchema, create(SignDocSchema, doc));
}

/** Sign bytes of mode DIRECT_AUX: the body, for a signer that does not pay. */
export function directAuxSignBytes(doc: {
  readonly bodyBytes: Uint8Array;
  readonly publicKey: Any;
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  readonly tip?: Tip | undefined;
}): Uint8Array {
  return encode(SignDocDirectAuxSchema, create(SignDocDirectAuxSchema, doc));
}

/**
 * Sign bytes of mode LEGACY_AMINO_JSON: the sorted, compact JSON of base-chain.md §4.2, messages always in full. Errors:
 * unknown non-critical fields or extension options, which this form does not cover; a message that amino cannot write.
 */
export function aminoSignBytes(tx: SignableTx, signer: SignerData, types: TxTypes): Result<Uint8Array, string> {
  const { body, authInfo } = tx;
  if (tx.hasUnknownNonCritical)
    return err("unknown non-critical fields are not allowed in SIGN_MODE_LEGACY_AMINO_JSON");
  if (body.extensionOptions.length > 0 || body.nonCriticalExtensionOptions.length > 0) {
    return err("extension options are not allowed in SIGN_MODE_LEGACY_AMINO_JSON");
  }
  if (authInfo.fee === undefined) return err("the transaction has no fee");
  const messages: string[] = [];
  for (const any of body.messages) {
    const text = aminoMessage(any, types);
    if (!text.ok) return text;
    messages.push(text.value);
  }
  const coins = authInfo.fee.amount.map(
    (coin) =>
      `{"amount":${jsonStringText(coin.amount === "" ? "0" : coin.amount)},"denom":${jsonStringText(coin.denom)}}`,
  );
  const fee = [`"amount":[${coins.join(",")}]`, `"gas":"${authInfo.fee.gasLimit}"`];
  if (authInfo.fee.granter !== "") fee.push(`"granter":${jsonStringText(authInfo.fee.granter)}`);
  if (authInfo.fee.payer !== "") fee.push(`"payer":${jsonStringText(authInfo.fee.payer)}`);
  // Names in byte order, as the document is sorted.
  const fields = [
    `"account_number":"${signer.accountNumber}"`,
    `"chain_id":${jsonStringText(signer.chainId)}`,
    `"fee":{${fee.join(",")}}`,
    `"memo":${jsonStringText(body.memo)}`,
    `"msgs":[${messages.join(",")}]`,
    `"sequence":"${signer.sequence}"`,
  ];
  if (body.timeoutHeight !== 0n) fields.push(`"timeout_height":"${body.timeoutHeight}"`);
  if (body.timeoutTimestamp !== undefined) {
    const { seconds, nanos } = body.timeoutTimestamp;
    fields.push(`"timeout_timestamp":"${nanoTimeText(seconds, nanos)}"`);
  }
  if (body.unordered) fields.push('"unordered":true');
  return ok(utf8(`{${fields.join(",")}}`));
}

function aminoMessage(any: Any, types: TxTypes): Result<string, string> {
  const schema = types.resolve(any.typeUrl);
  if (schema === undefined) return err(`unable to resolve type URL ${any.typeUrl}`);
  try {
    const text = toAminoJson(schema, decodeVerbatim(schema, any.value), types.resolve);
    return text.ok ? text : err(text.error.message);
  } catch (problem) {
    if (problem instanceof WireError) return err(problem.message);
    throw problem;
  }
}

/**
 * Sign bytes of a mode for one signer; EIP_191 is the amino document as a personal message. Errors: a mode that is not
 * enabled, the fee payer in DIRECT_AUX, and those of
 * {@link aminoSignBytes}.
 */
export function signBytesOf(
  mode: SignMode,
  tx: SignableTx,
  signer: SignerData,
  feePayer: string,
  types: TxTypes,
): Result<Uint8Array, string> {
  const { bodyBytes, authInfoBytes } = tx;
  switch (mode) {
    case SignMode.DIRECT:
      return ok(directSignBytes({ bodyBytes, authInfoBytes, ...signer }));
    case SignMode.DIRECT_AUX: {
      if (signer.address === feePayer) return err(`fee payer ${feePayer} cannot sign with SIGN_MODE_DIRECT_AUX`);
      if (signer.publicKey === undefined) return err("got empty pubkey in SignDocDirectAux");
      const { publicKey, chainId, accountNumber, sequence } = signer;
      const { tip } = tx.authInfo;
      return ok(directAuxSignBytes({ bodyBytes, publicKey, chainId, accountNumber, sequence, tip }));
    }
    case SignMode.LEGACY_AMINO_JSON:
      return aminoSignBytes(tx, signer, types);
    case SignMode.EIP_191: {
      if (signer.publicKey?.typeUrl !== ethereumKeyUrl) return err(unsupported(mode));
      const text = aminoSignBytes(tx, signer, types);
      return text.ok ? ok(personalMessage(text.value)) : text;
    }
    default:
      return err(unsupported(mode));
  }
}

/** The reference's words, one of them misspelt there. */
function unsupported(mode: SignMode): string {
  const word = mode === SignMode.TEXTUAL ? "unsuppored" : "unsupported";
  return `${word} sign mode ${SignMode[mode] === undefined ? mode : `SIGN_MODE_${SignMode[mode]}`}`;
}
