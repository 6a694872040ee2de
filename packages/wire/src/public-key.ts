import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { concatBytes, err, fromHex, type Hash, ok, type Result, toBase64, utf8 } from "@stoa/std";
import { PubKeySchema as Ed25519Schema } from "../gen/cosmos.crypto.ed25519.js";
import { LegacyAminoPubKeySchema } from "../gen/cosmos.crypto.multisig.js";
import { PubKeySchema as Secp256k1Schema } from "../gen/cosmos.crypto.secp256k1.js";
import { PubKeySchema as Secp256r1Schema } from "../gen/cosmos.crypto.secp256r1.js";
import { EthereumKeySchema, ethereumAddress } from "./ethereum.ts";

/** A single key: 33 bytes compressed for the ECDSA schemes, 32 for ed25519. */
export interface SinglePublicKey {
  readonly type: "secp256k1" | "secp256r1" | "ed25519";
  readonly key: Uint8Array;
}

/** A secp256k1 key of 33 bytes, compressed, whose address is the Ethereum one (docs/decisions/eip-191.md). */
export interface EthereumPublicKey {
  readonly type: "ethereum";
  readonly key: Uint8Array;
}

/** A threshold of keys whose order matters. */
export interface MultisigPublicKey {
  readonly type: "multisig";
  readonly threshold: number;
  readonly keys: readonly PublicKey[];
}

export type PublicKey = SinglePublicKey | EthereumPublicKey | MultisigPublicKey;

/** Multisig keys inside multisig keys deeper than this are refused; nobody nests them, and a tx must stay bounded. */
export const maxMultisigDepth = 4;

const singleSchemas = {
  secp256k1: Secp256k1Schema,
  secp256r1: Secp256r1Schema,
  ed25519: Ed25519Schema,
  ethereum: EthereumKeySchema,
} as const;
type SingleType = keyof typeof singleSchemas;
const typeUrls = new Map<string, SingleType>(
  (Object.keys(singleSchemas) as SingleType[]).map((type) => [`/${singleSchemas[type].typeName}`, type]),
);
const multisigUrl = `/${LegacyAminoPubKeySchema.typeName}`;

export function secp256k1Key(key: Uint8Array): SinglePublicKey {
  return { type: "secp256k1", key };
}

export function multisigKey(threshold: number, keys: readonly PublicKey[]): MultisigPublicKey {
  return { type: "multisig", threshold, keys };
}

/** The key as `google.protobuf.Any`, as transactions and accounts carry it. */
export function publicKeyToAny(publicKey: PublicKey): Any {
  if (publicKey.type === "multisig") {
    const message = create(LegacyAminoPubKeySchema, {
      threshold: publicKey.threshold,
      publicKeys: publicKey.keys.map(publicKeyToAny),
    });
    return create(AnySchema, { typeUrl: multisigUrl, value: toBinary(LegacyAminoPubKeySchema, message) });
  }
  const schema = singleSchemas[publicKey.type];
  const value = toBinary(schema, create(schema, { key: publicKey.key }));
  return create(AnySchema, { typeUrl: `/${schema.typeName}`, value });
}

/** The key of an Any. Errors: an unknown type URL, malformed bytes, nesting beyond {@link maxMultisigDepth}. */
export function publicKeyFromAny(any: Any, depth = 0): Result<PublicKey, string> {
  try {
    const type = typeUrls.get(any.typeUrl);
    if (type !== undefined) return ok({ type, key: fromBinary(singleSchemas[type], any.value).key });
    if (any.typeUrl !== multisigUrl) return err(`unable to resolve type URL ${any.typeUrl}`);
    if (depth >= maxMultisigDepth) return err("multisig keys are nested too deeply");
    const message = fromBinary(LegacyAminoPubKeySchema, any.value);
    const keys: PublicKey[] = [];
    for (const one of message.publicKeys) {
      const key = publicKeyFromAny(one, depth + 1);
      if (!key.ok) return key;
      keys.push(key.value);
    }
    return ok({ type: "multisig", threshold: message.threshold, keys });
  } catch {
    return err(`malformed public key of type ${any.typeUrl}`);
  }
}

const aminoPrefixes = { secp256k1: "eb5ae98721", ed25519: "1624de6420", multisig: "22c1f7e2" } as const;
const prefixBytes = (type: keyof typeof aminoPrefixes): Uint8Array => fromHex(aminoPrefixes[type]) as Uint8Array;

function uvarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** Amino binary form. secp256r1 and Ethereum keys have none: undefined. */
export function publicKeyToAmino(publicKey: PublicKey): Uint8Array | undefined {
  if (publicKey.type === "secp256r1" || publicKey.type === "ethereum") return undefined;
  if (publicKey.type !== "multisig") return concatBytes(prefixBytes(publicKey.type), publicKey.key);
  const parts: Uint8Array[] = [prefixBytes("multisig")];
  if (publicKey.threshold > 0) parts.push(Uint8Array.of(0x08), uvarint(publicKey.threshold));
  for (const key of publicKey.keys) {
    const amino = publicKeyToAmino(key);
    if (amino === undefined) return undefined;
    parts.push(Uint8Array.of(0x12), uvarint(amino.length), amino);
  }
  return concatBytes(...parts);
}

/** Amino JSON form, as `StdTx` tools and the reference CLI's multisig files carry it. */
export function publicKeyToAminoJson(publicKey: PublicKey): unknown {
  switch (publicKey.type) {
    case "secp256k1":
      return { type: "tendermint/PubKeySecp256k1", value: toBase64(publicKey.key) };
    case "ed25519":
      return { type: "tendermint/PubKeyEd25519", value: toBase64(publicKey.key) };
    case "secp256r1":
      return { type: `/${Secp256r1Schema.typeName}`, value: { key: toBase64(publicKey.key) } };
    case "ethereum":
      return { type: "ethermint/PubKeyEthSecp256k1", value: toBase64(publicKey.key) };
    case "multisig":
      return {
        type: "tendermint/PubKeyMultisigThreshold",
        value: { threshold: publicKey.threshold.toString(), pubkeys: publicKey.keys.map(publicKeyToAminoJson) },
      };
  }
}

/** Protobuf JSON form with `@type`, as REST and the reference CLI print it. */
export function publicKeyToJson(publicKey: PublicKey): unknown {
  if (publicKey.type !== "multisig") {
    return { "@type": `/${singleSchemas[publicKey.type].typeName}`, key: toBase64(publicKey.key) };
  }
  return {
    "@type": multisigUrl,
    threshold: publicKey.threshold,
    public_keys: publicKey.keys.map(publicKeyToJson),
  };
}

/**
 * Address bytes of a key (base-chain.md §4.1). 20 bytes, 32 for secp256r1. Undefined when the key has no address: a
 * multisig with a member that amino cannot write, or a single key of the wrong length.
 */
export function addressOf(publicKey: PublicKey, hash: Hash): Uint8Array | undefined {
  switch (publicKey.type) {
    case "secp256k1":
      return publicKey.key.length === 33 ? hash.ripemd160(hash.sha256(publicKey.key)) : undefined;
    case "ed25519":
      return publicKey.key.length === 32 ? hash.sha256(publicKey.key).slice(0, 20) : undefined;
    case "secp256r1":
      if (publicKey.key.length !== 33) return undefined;
      return hash.sha256(concatBytes(hash.sha256(utf8(Secp256r1Schema.typeName)), publicKey.key));
    case "ethereum":
      return ethereumAddress(publicKey.key);
    case "multisig": {
      const amino = publicKeyToAmino(publicKey);
      return amino === undefined ? undefined : hash.sha256(amino).slice(0, 20);
    }
  }
}
