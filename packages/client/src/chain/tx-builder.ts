/** Makes the bytes of transactions signed in mode DIRECT. */
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { encode, publicKeyToAny, secp256k1Key } from "@stoa/wire";
import { SignMode } from "@stoa/wire/cosmos.tx.signing.v1beta1";
import { AuthInfoSchema, SignDocSchema, TxBodySchema, TxRawSchema } from "@stoa/wire/cosmos.tx.v1beta1";

/** Holds a secp256k1 key and signs with it; the key itself stays where it is. */
export interface Signer {
  readonly address: string;
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes r‖s over the SHA-256 of the bytes. */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

export interface Fee {
  readonly amount: readonly { readonly denom: string; readonly amount: string }[];
  readonly gasLimit: bigint;
  /** Account that pays in the signer's place; "" for the signer. */
  readonly granter: string;
}

export interface TxParams {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  readonly messages: readonly Any[];
  readonly fee: Fee;
  readonly memo: string;
}

/** A message in the envelope that transactions carry. */
export function message<S extends DescMessage>(schema: S, init: MessageInitShape<S>): Any {
  return create(AnySchema, { typeUrl: `/${schema.typeName}`, value: encode(schema, create(schema, init)) });
}

/** The signed transaction; its hash is the upper-case hex of SHA-256. */
export async function buildTx(params: TxParams, signer: Signer): Promise<Uint8Array> {
  const { bodyBytes, authInfoBytes } = parts(params, signer.publicKey);
  const { chainId, accountNumber } = params;
  const document = create(SignDocSchema, { bodyBytes, authInfoBytes, chainId, accountNumber });
  const signature = await signer.sign(encode(SignDocSchema, document));
  return encode(TxRawSchema, create(TxRawSchema, { bodyBytes, authInfoBytes, signatures: [signature] }));
}

/** The same without a signature: enough to simulate. */
export function buildUnsignedTx(params: TxParams, publicKey: Uint8Array): Uint8Array {
  const { bodyBytes, authInfoBytes } = parts(params, publicKey);
  return encode(TxRawSchema, create(TxRawSchema, { bodyBytes, authInfoBytes, signatures: [new Uint8Array()] }));
}

function parts(params: TxParams, publicKey: Uint8Array) {
  const { messages, memo, fee, sequence } = params;
  const body = create(TxBodySchema, { messages: [...messages], memo });
  const authInfo = create(AuthInfoSchema, {
    signerInfos: [
      {
        publicKey: publicKeyToAny(secp256k1Key(publicKey)),
        modeInfo: { sum: { case: "single", value: { mode: SignMode.DIRECT } } },
        sequence,
      },
    ],
    fee: { amount: [...fee.amount], gasLimit: fee.gasLimit, granter: fee.granter },
  });
  return { bodyBytes: encode(TxBodySchema, body), authInfoBytes: encode(AuthInfoSchema, authInfo) };
}
