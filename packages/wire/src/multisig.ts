import { create } from "@bufbuild/protobuf";
import {
  type CompactBitArray,
  CompactBitArraySchema,
  MultiSignatureSchema,
} from "../gen/cosmos.crypto.multisig.v1beta1.js";
import type { SignMode } from "../gen/cosmos.tx.signing.v1beta1.js";
import { type ModeInfo, ModeInfoSchema } from "../gen/cosmos.tx.v1beta1.js";
import { encode, tryDecode } from "./codec.ts";
import type { MultisigPublicKey } from "./public-key.ts";
import { rejectUnknownFields } from "./unknown-fields.ts";

/** Bits that an array says it holds; {@link lacksBits} where it does not. */
export function bitCount(bits: CompactBitArray | undefined): number {
  if (bits === undefined) return 0;
  const { length } = bits.elems;
  return bits.extraBitsStored === 0 ? length * 8 : (length - 1) * 8 + bits.extraBitsStored;
}

/** True if an array says that it holds more bits than there are: it may say billions. */
export function lacksBits(bits: CompactBitArray | undefined): boolean {
  return bits !== undefined && bitCount(bits) > bits.elems.length * 8;
}

/** Indices of the bits that are set, ascending, of those that are there. */
export function setBits(bits: CompactBitArray | undefined): number[] {
  const indices: number[] = [];
  const count = Math.min(bitCount(bits), (bits?.elems.length ?? 0) * 8);
  for (let i = 0; i < count; i++) {
    if ((((bits?.elems[i >> 3] ?? 0) >> (7 - (i & 7))) & 1) === 1) indices.push(i);
  }
  return indices;
}

function bitArray(count: number, indices: readonly number[]): CompactBitArray {
  const elems = new Uint8Array(Math.ceil(count / 8));
  for (const index of indices) elems[index >> 3] = (elems[index >> 3] as number) | (1 << (7 - (index & 7)));
  return create(CompactBitArraySchema, { extraBitsStored: count % 8, elems });
}

/** One member's contribution: its place among the keys, how it signed, and its signature. */
export interface MemberSignature {
  readonly index: number;
  readonly mode: SignMode;
  readonly signature: Uint8Array;
}

/** Mode info of a multisig account for these members; it must stand in the auth info before DIRECT members sign. */
export function multisigModeInfo(
  publicKey: MultisigPublicKey,
  members: readonly Pick<MemberSignature, "index" | "mode">[],
): ModeInfo {
  const sorted = [...members].sort((a, b) => a.index - b.index);
  const bitarray = bitArray(
    publicKey.keys.length,
    sorted.map((member) => member.index),
  );
  const modeInfos = sorted.map(({ mode }) => create(ModeInfoSchema, { sum: { case: "single", value: { mode } } }));
  return create(ModeInfoSchema, { sum: { case: "multi", value: { bitarray, modeInfos } } });
}

/** The one signature of a multisig account, made of its members' in the order of their keys. */
export function multisigSignature(members: readonly MemberSignature[]): Uint8Array {
  const sorted = [...members].sort((a, b) => a.index - b.index);
  const message = create(MultiSignatureSchema, { signatures: sorted.map((member) => member.signature) });
  return encode(MultiSignatureSchema, message);
}

/** The members' signatures, or undefined when the bytes are malformed or hold more than signatures. */
export function splitMultisignature(signature: Uint8Array): Uint8Array[] | undefined {
  const resolve = (): undefined => undefined;
  const known = rejectUnknownFields({
    bytes: signature,
    schema: MultiSignatureSchema,
    allowNonCritical: false,
    resolve,
  });
  if (!known.ok) return undefined;
  const message = tryDecode(MultiSignatureSchema, signature);
  return message.ok ? message.value.signatures : undefined;
}
