import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { HDKey } from "@scure/bip32";
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { err, ok, type Result, utf8 } from "@stoa/std";
import { type PrivateKey, secp256k1PrivateKey } from "./keys.ts";

/** The path of the first key of the first account; 118 is the coin type of the Cosmos family. */
export const defaultPath = "m/44'/118'/0'/0/0";

const wordCounts: readonly number[] = [12, 15, 18, 21, 24];
const words = new Set(wordlist);
const hardened = 0x8000_0000;
/** Deeper paths than BIP-32's depth byte can count do not exist. */
const maxPathDepth = 255;

/** The words of a mnemonic text, split at any white space; undefined if the count or a word is wrong. */
export function mnemonicWords(text: string): string[] | undefined {
  const list = text.split(/[ \t\n\v\f\r]+/).filter((word) => word !== "");
  return wordCounts.includes(list.length) && list.every((word) => words.has(word)) ? list : undefined;
}

/** The mnemonic of 16, 20, 24, 28 or 32 bytes of entropy (English list). */
export function mnemonicOf(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist);
}

/** The entropy of a mnemonic with single spaces, or the reason why it is none. */
export function entropyOf(mnemonic: string): Result<Uint8Array, string> {
  const list = mnemonicWords(mnemonic);
  if (list === undefined) return err("not a mnemonic: 12 to 24 words of the English list are needed");
  if (list.join(" ") !== mnemonic) return err("not a mnemonic: words are separated by single spaces");
  try {
    return ok(mnemonicToEntropy(mnemonic, wordlist));
  } catch {
    return err("not a mnemonic: the checksum is wrong; is a word mistaken or out of place?");
  }
}

/**
 * 64 seed bytes of a mnemonic (BIP-39). The passphrase goes in as it is, without Unicode normalisation, as the
 * reference CLI does it.
 */
export function seedOf(mnemonic: string, passphrase = ""): Result<Uint8Array, string> {
  const entropy = entropyOf(mnemonic);
  if (!entropy.ok) return entropy;
  return ok(pbkdf2(sha512, utf8(mnemonic), utf8(`mnemonic${passphrase}`), { c: 2048, dkLen: 64 }));
}

function parseIndex(text: string, bound: number): number | undefined {
  if (!/^[0-9]{1,20}$/.test(text)) return undefined;
  const value = Number(text);
  return value < bound ? value : undefined;
}

/** Child indices of a BIP-32 path: `m/…` or without `m`, hardened with `'`. */
export function parsePath(path: string): Result<number[], string> {
  const trimmed = path.replace(/\/+$/, "");
  if (!trimmed.includes("/")) return err(`path '${trimmed}' doesn't contain '/' separators`);
  const parts = trimmed.split("/");
  if (parts[0]?.trim() === "m") parts.shift();
  if (parts.length > maxPathDepth) return err("the path is too deep");
  const indices: number[] = [];
  for (const part of parts) {
    const hard = part.endsWith("'");
    const index = parseIndex(hard ? part.slice(0, -1) : part, hardened);
    if (index === undefined) return err(`invalid BIP 32 path ${path}: element ${part}`);
    indices.push(hard ? index + hardened : index);
  }
  return ok(indices);
}

/** A BIP-44 path `m/44'/coin'/account'/change/index`. */
export interface Bip44Path {
  readonly coinType: number;
  readonly account: number;
  readonly change: number;
  readonly index: number;
}

/** Reads a BIP-44 path of exactly five elements, the first three hardened, purpose 44, change 0 or 1. */
export function parseBip44Path(path: string): Result<Bip44Path, string> {
  const parts = path.split("/");
  if (parts.length > 1 && parts[0]?.trim() === "m") parts.shift();
  if (parts.length !== 5) return err(`invalid path length ${path}`);
  const [purpose, ...rest] = parts as [string, string, string, string, string];
  if (purpose !== "44'") return err(`first field in path must be 44', got ${purpose}`);
  const numbers = rest.map((part) => parseIndex(part.replace(/'$/, ""), 2 ** 32));
  const hard = rest.map((part) => part.endsWith("'"));
  const [coinType, account, change, index] = numbers;
  if (coinType === undefined || account === undefined || change === undefined || index === undefined) {
    return err(`invalid HD path ${path}`);
  }
  if (!hard[0] || !hard[1]) return err("second and third field in path must be hardened");
  if (hard[2] || hard[3]) return err("fourth and fifth field in path must not be hardened");
  if (change > 1) return err("change field can only be 0 or 1");
  return ok({ coinType, account, change, index });
}

/** Text of a BIP-44 path. */
export function formatBip44Path(path: Bip44Path): string {
  return `m/44'/${path.coinType}'/${path.account}'/${path.change}/${path.index}`;
}

/** The secp256k1 key at a path below a seed; the empty path is the master key. */
export function deriveKey(seed: Uint8Array, path: string = defaultPath): Result<PrivateKey, string> {
  let indices: number[] = [];
  if (path !== "") {
    const parsed = parsePath(path);
    if (!parsed.ok) return parsed;
    indices = parsed.value;
  }
  try {
    let node = HDKey.fromMasterSeed(seed);
    for (const index of indices) node = node.deriveChild(index);
    return node.privateKey === null ? err("the seed gives no private key") : secp256k1PrivateKey(node.privateKey);
  } catch {
    return err("no key at this path");
  }
}

/** The key of a mnemonic at a path. */
export function keyFromMnemonic(mnemonic: string, path = defaultPath, passphrase = ""): Result<PrivateKey, string> {
  const seed = seedOf(mnemonic, passphrase);
  return seed.ok ? deriveKey(seed.value, path) : seed;
}
