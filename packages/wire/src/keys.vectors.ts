import { toBinary } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { equalBytes, fromHex, toHex } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import type { VectorFamily } from "@stoa/test";
import {
  accountText,
  consensusText,
  derivedModuleAddress,
  ics20EscrowAddress,
  moduleAddress,
  parseAccount,
  parseConsensus,
  parseValidator,
  typedAddress,
  validatorText,
} from "./address.ts";
import { armorPrivateKey, armorPublicKey, decodeArmor, unarmorPrivateKey, unarmorPublicKey } from "./armor.ts";
import { deriveKey, entropyOf, formatBip44Path, mnemonicOf, mnemonicWords, parseBip44Path, seedOf } from "./hd.ts";
import { privateKeyFromAmino, privateKeyToAmino, publicKeyOf, secp256k1PrivateKey, signMessage } from "./keys.ts";
import {
  addressOf,
  multisigKey,
  type PublicKey,
  publicKeyFromAny,
  publicKeyToAmino,
  publicKeyToAminoJson,
  publicKeyToAny,
  publicKeyToJson,
  type SinglePublicKey,
} from "./public-key.ts";
import { checkSections, type VectorCase, type VectorCheck } from "./vector-check.ts";

const bytes = (value: unknown): Uint8Array => fromHex(value as string) as Uint8Array;
const orEmpty = (value: Uint8Array | undefined): Uint8Array => value ?? new Uint8Array();

/** The forms and addresses of a public key that derivation, signature and multisig cases share. */
function checkPublicKey(check: VectorCheck, one: VectorCase, key: PublicKey): void {
  const any: Any = publicKeyToAny(key);
  check.same("any", one.any, toHex(toBinary(AnySchema, any)));
  const back = publicKeyFromAny(any);
  check.same("from any", true, back.ok && equalBytes(toBinary(AnySchema, publicKeyToAny(back.value)), bytes(one.any)));
  const address = orEmpty(addressOf(key, pureHash));
  check.same("address", one.address, toHex(address));
  check.same("acc", one.acc, accountText(address));
  if (one.typeUrl === undefined) return;
  check.same("typeUrl", one.typeUrl, any.typeUrl);
  check.same("amino", one.amino, toHex(orEmpty(publicKeyToAmino(key))));
  check.same("aminoJson", one.aminoJson, publicKeyToAminoJson(key));
  check.same("protoJson", one.protoJson, publicKeyToJson(key));
  check.same("valoper", one.valoper, validatorText(address));
  check.same("valcons", one.valcons, consensusText(address));
}

function checkDerivation(check: VectorCheck, one: VectorCase): void {
  const mnemonic = one.mnemonic as string;
  check.same("mnemonic", mnemonic, mnemonicOf(bytes(one.entropy)));
  const entropy = entropyOf(mnemonic);
  check.same("entropy", one.entropy, entropy.ok ? toHex(entropy.value) : entropy.error);
  const seed = seedOf(mnemonic, one.bip39Passphrase as string);
  check.same("seed", one.seed, seed.ok ? toHex(seed.value) : seed.error);
  for (const want of one.keys as readonly VectorCase[]) {
    const key = deriveKey(bytes(one.seed), want.path as string);
    check.same(`${want.path}`, want.privKey, key.ok ? toHex(key.value.secret) : key.error);
    if (!key.ok || want.pubKey === undefined) continue;
    const publicKey = publicKeyOf(key.value);
    check.same("pubKey", want.pubKey, toHex(publicKey.key));
    check.same("keyType", want.keyType, publicKey.type);
    checkPublicKey(check, want, publicKey);
  }
}

function checkMnemonic(check: VectorCheck, one: VectorCase): void {
  const text = one.mnemonic as string;
  check.same("isValid", one.isValid, mnemonicWords(text) !== undefined);
  check.same("error", one.error === null, entropyOf(text).ok);
}

function checkPath(check: VectorCheck, one: VectorCase): void {
  const text = one.path as string;
  const path = parseBip44Path(text);
  check.same("error", one.error === null, path.ok);
  if (path.ok) {
    const { coinType, account, change, index } = path.value;
    check.same("derivationPath", one.derivationPath, [44, coinType, account, change, index]);
    check.same("string", one.string, formatBip44Path(path.value));
  }
  const seed = Uint8Array.from({ length: 64 }, (_, i) => i);
  check.same("deriveError", one.deriveError === null, deriveKey(seed, text).ok);
}

function verifies(key: SinglePublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  const signed = key.type === "ed25519" ? message : pureHash.sha256(message);
  return pureVerifier.verify(key.type, key.key, signed, signature);
}

/** Signing, verification, key forms and refused signatures of both single schemes that sign. */
function checkSigning(check: VectorCheck, one: VectorCase): void {
  const privateKey = privateKeyFromAmino(bytes(one.privKeyAmino));
  if (!privateKey.ok) {
    check.same("privKeyAmino", "a private key", privateKey.error);
    return;
  }
  check.same("privKeyAmino", one.privKeyAmino, toHex(privateKeyToAmino(privateKey.value)));
  const publicKey = publicKeyOf(privateKey.value);
  check.same("keyType", one.keyType, publicKey.type);
  check.same("pubKey", one.pubKey, toHex(publicKey.key));
  check.same("signature", one.signature, toHex(signMessage(privateKey.value, bytes(one.msg))));
  check.same("verify", one.verify, verifies(publicKey, bytes(one.msg), bytes(one.signature)));
  for (const bad of one.negative as readonly VectorCase[]) {
    const key = { type: publicKey.type, key: bytes(bad.pubKey ?? one.pubKey) };
    check.same(`${bad.kind}`, bad.verify, verifies(key, bytes(bad.msg ?? one.msg), bytes(bad.signature)));
  }
  checkPublicKey(check, one, publicKey);
}

function checkZip215(check: VectorCheck, one: VectorCase): void {
  const key: SinglePublicKey = { type: "ed25519", key: bytes(one.pubKey) };
  check.same("verify", one.verify, verifies(key, bytes(one.msg), bytes(one.signature)));
}

function checkSecp256r1(check: VectorCheck, one: VectorCase): void {
  const key: SinglePublicKey = { type: "secp256r1", key: bytes(one.pubKey) };
  checkPublicKey(check, one, key);
  check.same("verifyLowS", one.verifyLowS, verifies(key, bytes(one.msg), bytes(one.lowS)));
  check.same("verifyHighS", one.verifyHighS, verifies(key, bytes(one.msg), bytes(one.highS)));
}

function checkMultisig(check: VectorCheck, one: VectorCase): void {
  const keys = (one.keys as readonly string[]).map((key): PublicKey => ({ type: "secp256k1", key: bytes(key) }));
  const key = multisigKey(one.threshold as number, keys);
  checkPublicKey(check, one, key);
  const reversed = orEmpty(addressOf(multisigKey(key.threshold, keys.toReversed()), pureHash));
  check.same("reversedOrderAddress", one.reversedOrderAddress, accountText(reversed));
}

function checkArmor(check: VectorCheck, one: VectorCase): void {
  if (one.pubKeyArmor !== undefined) {
    const armor = one.pubKeyArmor as string;
    const key = unarmorPublicKey(armor);
    check.same("amino", one.amino, key.ok ? toHex(key.value.amino) : key.error);
    check.same("algo", one.algo, key.ok ? key.value.algorithm : undefined);
    check.same("pubKeyArmor", armor, armorPublicKey(bytes(one.amino), one.algo as string));
    return;
  }
  const armor = one.armor as string;
  const passphrase = one.passphrase as string;
  const key = unarmorPrivateKey(armor, passphrase);
  check.same("privKey", one.privKey, key.ok ? toHex(key.value.secret) : key.error);
  check.same("algo", one.algo, key.ok ? key.value.type : undefined);
  const wrong = unarmorPrivateKey(armor, `${passphrase}x`);
  check.same("wrongPassphrase", one.wrongPassphrase, wrong.ok ? "accepted" : wrong.error);
  for (const field of ["publicKeyBlockType", "unknownKdf"]) {
    const bad = one[field] as VectorCase;
    const answer = unarmorPrivateKey(bad.armor as string, passphrase);
    check.same(field, bad.error, answer.ok ? "accepted" : answer.error);
  }
  const block = decodeArmor(armor);
  const secret = secp256k1PrivateKey(bytes(one.privKey));
  if (!block.ok || !secret.ok) {
    check.same("armor", "readable", "not");
    return;
  }
  check.same("armor", armor, armorPrivateKey(secret.value, passphrase, bytes(block.value.headers.salt)));
}

const parsers = { acc: parseAccount, valoper: parseValidator, valcons: parseConsensus } as const;

function checkBech32(check: VectorCheck, one: VectorCase): void {
  const answer = parsers[one.as as keyof typeof parsers](one.input as string);
  check.same("error", one.error, answer.ok ? null : answer.error);
  if (answer.ok) check.same("bytes", one.bytes, toHex(answer.value));
}

function checkDerivedAddress(check: VectorCheck, one: VectorCase): void {
  if (one.module !== undefined) {
    check.same("module", one.address, accountText(moduleAddress(one.module as string, pureHash)));
  } else if (one.ics20EscrowPort !== undefined) {
    const address = ics20EscrowAddress(one.ics20EscrowPort as string, one.channel as string, pureHash);
    check.same("escrow", one.address, accountText(address));
  } else {
    const [module, key] = [one.addressModule as string, bytes(one.key)];
    check.same("bytes", one.bytes, toHex(derivedModuleAddress(module, key, pureHash)));
    // The recording hashes the key under the type `typ`.
    check.same("hash", one.hash, toHex(typedAddress("typ", key, pureHash)));
  }
}

/** Mnemonics, derivation, key forms, signatures, armor, bech32 and addresses: `lib/keys.json`. */
export const keyVectors: VectorFamily = {
  file: "lib/keys.json",
  check: (text) =>
    checkSections(text, {
      derivation: checkDerivation,
      mnemonics: checkMnemonic,
      paths: checkPath,
      secp256k1: checkSigning,
      ed25519: checkSigning,
      zip215: checkZip215,
      secp256r1: checkSecp256r1,
      multisig: checkMultisig,
      armor: checkArmor,
      bech32: checkBech32,
      derivedAddresses: checkDerivedAddress,
    }),
};
