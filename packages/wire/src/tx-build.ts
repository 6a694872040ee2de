import { create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { type Any, AnySchema, type Timestamp } from "@bufbuild/protobuf/wkt";
import { type Hash, toHexUpper } from "@stoa/std";
import { SignMode } from "../gen/cosmos.tx.signing.v1beta1.js";
import {
  type AuthInfo,
  AuthInfoSchema,
  type ModeInfo,
  ModeInfoSchema,
  type TxBody,
  TxBodySchema,
  TxRawSchema,
} from "../gen/cosmos.tx.v1beta1.js";
import { encode } from "./codec.ts";
import { type Coins, coinsToWire } from "./coins.ts";
import { type PublicKey, publicKeyToAny } from "./public-key.ts";

/** One signer of a transaction to be built. */
export interface DraftSigner {
  readonly publicKey: PublicKey;
  readonly sequence: bigint;
  /** DIRECT unless said otherwise; a multisig account brings its `multisigModeInfo`. */
  readonly mode?: SignMode | ModeInfo;
}

/** A transaction to be built. Its signers stand in the order in which the messages name them. */
export interface TxDraft {
  readonly messages: readonly Any[];
  readonly memo?: string;
  readonly timeoutHeight?: bigint;
  readonly unordered?: boolean;
  readonly timeoutTimestamp?: Timestamp;
  readonly fee: {
    readonly amount: Coins;
    readonly gasLimit: bigint;
    readonly payer?: string;
    readonly granter?: string;
  };
  readonly signers: readonly DraftSigner[];
}

/** A transaction without signatures: what sign documents are made of. */
export interface UnsignedTx {
  readonly bodyBytes: Uint8Array;
  readonly authInfoBytes: Uint8Array;
  readonly body: TxBody;
  readonly authInfo: AuthInfo;
  readonly hasUnknownNonCritical: false;
}

/** A message as a transaction carries it. */
export function messageToAny<S extends DescMessage>(schema: S, message: MessageShape<S>): Any {
  return create(AnySchema, { typeUrl: `/${schema.typeName}`, value: encode(schema, message) });
}

/** Like {@link messageToAny}, from the message's fields. */
export function newMessage<S extends DescMessage>(schema: S, fields: MessageInitShape<S>): Any {
  return messageToAny(schema, create(schema, fields));
}

function modeInfoOf(mode: SignMode | ModeInfo | undefined): ModeInfo {
  if (typeof mode === "object") return mode;
  return create(ModeInfoSchema, { sum: { case: "single", value: { mode: mode ?? SignMode.DIRECT } } });
}

/** Body and auth info of a draft, with their bytes. */
export function buildTx(draft: TxDraft): UnsignedTx {
  const body = create(TxBodySchema, {
    messages: [...draft.messages],
    memo: draft.memo ?? "",
    timeoutHeight: draft.timeoutHeight ?? 0n,
    unordered: draft.unordered ?? false,
  });
  if (draft.timeoutTimestamp !== undefined) body.timeoutTimestamp = draft.timeoutTimestamp;
  const authInfo = create(AuthInfoSchema, {
    signerInfos: draft.signers.map((signer) => ({
      publicKey: publicKeyToAny(signer.publicKey),
      modeInfo: modeInfoOf(signer.mode),
      sequence: signer.sequence,
    })),
    fee: {
      amount: coinsToWire(draft.fee.amount),
      gasLimit: draft.fee.gasLimit,
      payer: draft.fee.payer ?? "",
      granter: draft.fee.granter ?? "",
    },
  });
  return {
    bodyBytes: encode(TxBodySchema, body),
    authInfoBytes: encode(AuthInfoSchema, authInfo),
    body,
    authInfo,
    hasUnknownNonCritical: false,
  };
}

/** The bytes to broadcast. */
export function assembleTx(
  tx: Pick<UnsignedTx, "bodyBytes" | "authInfoBytes">,
  signatures: readonly Uint8Array[],
): Uint8Array {
  const { bodyBytes, authInfoBytes } = tx;
  return encode(TxRawSchema, create(TxRawSchema, { bodyBytes, authInfoBytes, signatures: [...signatures] }));
}

/** A transaction's name: upper-case hex of the SHA-256 of its bytes. */
export function txHash(bytes: Uint8Array, hash: Hash): string {
  return toHexUpper(hash.sha256(bytes));
}
