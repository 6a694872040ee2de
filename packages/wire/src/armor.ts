import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { argon2id } from "@noble/hashes/argon2.js";
import { compareText, err, fromBase64, fromHex, ok, type Result, toBase64, toHexUpper, utf8 } from "@stoa/std";
import { type PrivateKey, privateKeyFromAmino, privateKeyToAmino } from "./keys.ts";

/** An armored block as the reference CLI writes keys: OpenPGP's ASCII armor (RFC 4880 §6). */
export interface ArmorBlock {
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

const privateKeyType = "TENDERMINT PRIVATE KEY";
const publicKeyType = "TENDERMINT PUBLIC KEY";
const lineLength = 64;
/** Nobody's key needs more; bounds the work on pasted text. */
const maxArmorText = 65536;
const saltBytes = 16;
// The reference's parameters for argon2id: one pass over 64 MiB in four lanes.
const argon2Options = { t: 1, m: 64 * 1024, p: 4, dkLen: 32 } as const;
const salsaNonceBytes = 24;
// Every export has a salt and so a key of its own: the reference fixes the nonce.
const fixedNonce = new Uint8Array(12);

function crc24(data: Uint8Array): Uint8Array {
  let crc = 0xb704ce;
  for (const byte of data) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  return Uint8Array.of((crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff);
}

/** Text of a block; header lines are sorted by name. */
export function encodeArmor(block: ArmorBlock): string {
  const names = Object.keys(block.headers).sort(compareText);
  const body = toBase64(block.data);
  const lines = [`-----BEGIN ${block.type}-----`, ...names.map((name) => `${name}: ${block.headers[name]}`), ""];
  for (let at = 0; at < body.length; at += lineLength) lines.push(body.slice(at, at + lineLength));
  lines.push(`=${toBase64(crc24(block.data))}`, `-----END ${block.type}-----`);
  return lines.join("\n");
}

/** Reads a block. Errors: no armor, a bad header line, bad base64, a wrong checksum. */
export function decodeArmor(text: string): Result<ArmorBlock, string> {
  if (text.length > maxArmorText) return err("the armored text is too long");
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const start = lines.findIndex((line) => /^-----BEGIN .+-----$/.test(line));
  if (start < 0) return err("no armored block found");
  const type = (lines[start] as string).slice(11, -5);
  const end = lines.indexOf(`-----END ${type}-----`, start);
  if (end < 0) return err("the armored block has no end");
  const inside = lines.slice(start + 1, end);
  const blank = inside.indexOf("");
  if (blank < 0) return err("the armored block has no blank line after its headers");
  const headers: Record<string, string> = {};
  for (const line of inside.slice(0, blank)) {
    const colon = line.indexOf(": ");
    if (colon < 1) return err(`not a header line: ${line}`);
    headers[line.slice(0, colon)] = line.slice(colon + 2);
  }
  const body = inside.slice(blank + 1).filter((line) => line !== "");
  const checksum = body.at(-1)?.startsWith("=") ? body.pop() : undefined;
  const data = fromBase64(body.join(""));
  if (data === undefined) return err("the armored block is not base64");
  if (checksum !== undefined && checksum !== `=${toBase64(crc24(data))}`) return err("the armor's checksum is wrong");
  return ok({ type, headers, data });
}

/** Armor of a public key's amino form. */
export function armorPublicKey(amino: Uint8Array, algorithm = "secp256k1"): string {
  return encodeArmor({ type: publicKeyType, headers: { type: algorithm, version: "0.0.1" }, data: amino });
}

/** Amino form and algorithm of an armored public key. */
export function unarmorPublicKey(text: string): Result<{ amino: Uint8Array; algorithm: string }, string> {
  const block = decodeArmor(text);
  if (!block.ok) return block;
  const { type, headers, data } = block.value;
  if (type !== publicKeyType) return err(`unrecognized armor type: ${type}`);
  if (headers.version === "0.0.0") return ok({ amino: data, algorithm: "secp256k1" });
  if (headers.version !== "0.0.1") return err(`unrecognized version: ${headers.version ?? ""}`);
  return ok({ amino: data, algorithm: headers.type ?? "secp256k1" });
}

/**
 * Encrypts a private key with a passphrase into the reference CLI's armored form. `salt` is 16 random bytes from the
 * host's Random. Takes 64 MiB of memory and about a second in pure JS.
 */
export function armorPrivateKey(privateKey: PrivateKey, passphrase: string, salt: Uint8Array): string {
  if (salt.length !== saltBytes) throw new RangeError(`the salt must have ${saltBytes} bytes`);
  const key = argon2id(utf8(passphrase), salt, argon2Options);
  return encodeArmor({
    type: privateKeyType,
    headers: { kdf: "argon2", salt: toHexUpper(salt), type: privateKey.type },
    data: chacha20poly1305(key, fixedNonce).encrypt(privateKeyToAmino(privateKey)),
  });
}

/** Derives a key of 32 bytes from a passphrase and 16 bytes of salt. */
export type KeyDerivation = (passphrase: string, salt: Uint8Array) => Uint8Array;

/**
 * Decrypts an armored private key. Exports of old releases used bcrypt: they need `bcryptKey` of
 * `@stoa/wire/armor-bcrypt`. Errors: no private-key armor, an unknown KDF, a wrong passphrase.
 */
export function unarmorPrivateKey(
  text: string,
  passphrase: string,
  bcryptKey?: KeyDerivation,
): Result<PrivateKey, string> {
  const block = decodeArmor(text);
  if (!block.ok) return block;
  const { type, headers, data } = block.value;
  if (type !== privateKeyType) return err(`unrecognized armor type: ${type}`);
  const salt = fromHex(headers.salt ?? "");
  if (salt?.length !== saltBytes) return err("error decoding salt");
  try {
    if (headers.kdf === "argon2") {
      const key = argon2id(utf8(passphrase), salt, argon2Options);
      return privateKeyFromAmino(chacha20poly1305(key, fixedNonce).decrypt(data));
    }
    if (headers.kdf === "bcrypt" && bcryptKey !== undefined) {
      const [nonce, sealed] = [data.subarray(0, salsaNonceBytes), data.subarray(salsaNonceBytes)];
      return privateKeyFromAmino(xsalsa20poly1305(bcryptKey(passphrase, salt), nonce).decrypt(sealed));
    }
  } catch {
    return err("invalid account password");
  }
  return err(`unrecognized KDF type: ${headers.kdf ?? ""}`);
}
