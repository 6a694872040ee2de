import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { equalBytes, toBase64 } from "@stoa/std";
import {
  accountText,
  addressOf,
  maxMultisigDepth,
  type PublicKey,
  publicKeyFromAny,
  publicKeyToAny,
  secp256k1Key,
} from "@stoa/wire";
import { LegacyAminoPubKeySchema } from "@stoa/wire/cosmos.crypto.multisig";
import { MultiSignatureSchema } from "@stoa/wire/cosmos.crypto.multisig.v1beta1";
import type { ModeInfo, SignerInfo } from "@stoa/wire/cosmos.tx.v1beta1";
import { create, decode, encode, tryDecode } from "../codec.ts";
import type { Context } from "../context.ts";
import { refuse, sdkErrors } from "../errors.ts";
import type { Account } from "../modules/auth/types.ts";
import type { AnteNeeds } from "./needs.ts";
import type { Transaction } from "./transaction.ts";

/** Stands in for the key of an account that has none yet when a simulation asks what it would cost. */
// biome-ignore format: one key, as bytes
export const simulationKey: PublicKey = secp256k1Key(Uint8Array.of(
  0x03, 0x5a, 0xd6, 0x81, 0x0a, 0x47, 0xf0, 0x73, 0x55, 0x3f, 0xf3, 0x0d, 0x2f, 0xcc, 0x7e, 0x0d, 0x3b,
  0x1c, 0x0b, 0x74, 0xb6, 0x1a, 0x1a, 0xaa, 0x25, 0x82, 0x34, 0x40, 0x37, 0x15, 0x1e, 0x14, 0x3a,
));

/**
 * Gas for a first transaction beyond ours. The reference's indexes make every transaction dearer than here; we charge
 * that once, when the key is stored, and a part of it each time, so that escrow's exact settlements, which write more,
 * stay within the reference's limits too.
 */
const firstKeyGas = 11_000n;

/** Keys that were read: every check asks for the same one several times, and nobody changes an Any in place. */
const knownKeys = new WeakMap<Any, PublicKey>();

/** The key of an Any; a decoded transaction holds only known keys, so what cannot be read is refused with sdk 8. */
export function readKey(any: Any): PublicKey {
  const known = knownKeys.get(any);
  if (known !== undefined) return known;
  const key = publicKeyFromAny(any);
  if (!key.ok) return refuse(sdkErrors.invalidPubKey, key.error);
  knownKeys.set(any, key.value);
  return key.value;
}

/** The account of a signer; sdk 9 where there is none. */
export function requireSigner(needs: AnteNeeds, ctx: Context, address: Uint8Array): Account {
  const account = needs.account(ctx, address);
  return account ?? refuse(sdkErrors.unknownAddress, `account ${accountText(address)} does not exist`);
}

/**
 * The signatures of a signer info, as events list them: the parts of a multisig, then the whole. Every level doubles them,
 * so none is opened that is deeper than a key can be: such a transaction is refused when its signatures are checked.
 */
function signatureParts(info: ModeInfo | undefined, signature: Uint8Array, levels = maxMultisigDepth): Uint8Array[] {
  if (info?.sum.case !== "multi" || levels === 0) return [signature];
  const multi = tryDecode(MultiSignatureSchema, signature);
  if (!multi.ok) return [signature];
  const parts = info.sum.value.modeInfos.flatMap((inner, i) => {
    const part = multi.value.signatures[i];
    return part === undefined ? [] : signatureParts(inner, part, levels - 1);
  });
  const whole = create(MultiSignatureSchema, { signatures: parts });
  return [...parts, encode(MultiSignatureSchema, whole)];
}

/**
 * The key as accounts keep it: encoded again, as in the reference. Amino signatures do not cover how the transaction wrote
 * it, and its owner pays for every byte at every reading. Members of a multisig stay as they came.
 */
function storedKey(key: PublicKey, came: Any | undefined): Any {
  if (key.type !== "multisig" || came === undefined) return publicKeyToAny(key);
  const value = encode(LegacyAminoPubKeySchema, decode(LegacyAminoPubKeySchema, came.value));
  return create(AnySchema, { typeUrl: came.typeUrl, value });
}

/**
 * Stores the keys of first-time signers, after checking that each key is its account's (sdk 8), and says in events
 * who signs with what.
 */
export function setPublicKeys(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  const infos: readonly SignerInfo[] = tx.authInfo.signerInfos;
  infos.forEach((info, i) => {
    const address = signerAt(tx, i);
    const key = info.publicKey === undefined ? undefined : readKey(info.publicKey);
    if (key === undefined && !ctx.simulate) return;
    const used = key ?? simulationKey;
    const own = addressOf(used, ctx.crypto.hash);
    if (!ctx.simulate && (own === undefined || !equalBytes(own, address))) {
      const whose = `${accountText(address)} with signer index: ${i}`;
      refuse(sdkErrors.invalidPubKey, `pubKey does not match signer address ${whose}`);
    }
    const account = requireSigner(needs, ctx, address);
    if (account.publicKey !== undefined) return;
    ctx.gas.consume(firstKeyGas, "first key");
    needs.setAccount(ctx, address, { ...account, publicKey: storedKey(used, info.publicKey) });
  });
  infos.forEach((info, i) => {
    // An unordered transaction uses no sequence.
    if (!tx.body.unordered) ctx.events.emit("tx", [["acc_seq", `${accountText(signerAt(tx, i))}/${info.sequence}`]]);
    for (const part of signatureParts(info.modeInfo, tx.signatures[i] ?? new Uint8Array())) {
      ctx.events.emit("tx", [["signature", toBase64(part)]]);
    }
  });
}

/** The signer that a signer info belongs to; more infos than signers is a malformed transaction (a panic there). */
export function signerAt(tx: Transaction, index: number): Uint8Array {
  const address = tx.signers[index];
  if (address === undefined) throw new Error("runtime error: index out of range");
  return address;
}
