import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addressOfKey, type PublicKey } from "@stoa/consensus";
import { messageOf, nativeHash, writeFileAtomic } from "@stoa/host";
import { fromBase64, toBase64, toHex, toHexUpper } from "@stoa/std";

/** Signs as one validator. */
export interface Signer {
  readonly publicKey: PublicKey;
  readonly address: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** What the validator signed last, by the file; a guard against signing twice with a copied key. */
export interface SignedState {
  readonly height: bigint;
  readonly round: number;
  readonly step: number;
}

/** Step of a precommit in CometBFT's file. */
export const precommitStep = 3;

/** A key file that cannot be used. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";
}

const seedBytes = 32;

/** An ed25519 signer from its 32-byte seed. */
export function signerOfSeed(seed: Uint8Array): Signer {
  const key = privateKeyOfSeed(seed);
  const publicKey: PublicKey = { type: "ed25519", bytes: publicBytes(key) };
  return {
    publicKey,
    address: addressOfKey(nativeHash, publicKey),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

// PKCS #8 of an ed25519 key is this header followed by the seed (RFC 8410).
const pkcs8Header = Buffer.from("302e020100300506032b657004220420", "hex");

function privateKeyOfSeed(seed: Uint8Array): KeyObject {
  if (seed.length !== seedBytes) throw new KeyFileError(`an ed25519 seed has ${seedBytes} bytes, not ${seed.length}`);
  return createPrivateKey({ key: Buffer.concat([pkcs8Header, seed]), format: "der", type: "pkcs8" });
}

function publicBytes(key: KeyObject): Uint8Array {
  const { x } = key.export({ format: "jwk" });
  return new Uint8Array(Buffer.from(x ?? "", "base64url"));
}

function newSeed(): Uint8Array {
  const { d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return new Uint8Array(Buffer.from(d ?? "", "base64url"));
}

/** 64 bytes as CometBFT keeps them: seed and public key. */
function privateBytes(seed: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([seed, publicBytes(privateKeyOfSeed(seed))]));
}

function typed(type: string, bytes: Uint8Array): { type: string; value: string } {
  return { type, value: toBase64(bytes) };
}

/** Reads `priv_validator_key.json` of the folder, or makes it (base-chain.md §2.9). `seed` fixes the new key. */
export function loadValidatorKey(folder: string, seed?: Uint8Array): Signer {
  const path = join(folder, "priv_validator_key.json");
  if (!existsSync(path)) {
    const made = seed ?? newSeed();
    const signer = signerOfSeed(made);
    const file = {
      address: toHexUpper(signer.address),
      pub_key: typed("tendermint/PubKeyEd25519", signer.publicKey.bytes),
      priv_key: typed("tendermint/PrivKeyEd25519", privateBytes(made)),
    };
    writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`);
  }
  return signerOfSeed(seedOfFile(path));
}

/** Gives the folder `to` the validator's key of the folder `from`. Throws KeyFileError. */
export function copyValidatorKey(from: string, to: string): void {
  loadValidatorKey(to, seedOfFile(join(from, "priv_validator_key.json")));
}

function seedOfFile(path: string): Uint8Array {
  const key = member(readJson(path), "priv_key");
  if (member(key, "type") !== "tendermint/PrivKeyEd25519") throw new KeyFileError(`${path} holds no ed25519 key`);
  const value = member(key, "value");
  const bytes = typeof value === "string" ? fromBase64(value) : undefined;
  if (bytes?.length !== 2 * seedBytes) throw new KeyFileError(`${path}: priv_key is not 64 bytes of base64`);
  const seed = bytes.slice(0, seedBytes);
  if (toHex(privateBytes(seed)) !== toHex(bytes))
    throw new KeyFileError(`${path}: the halves of priv_key do not match`);
  return seed;
}

/** Reads `priv_validator_state.json`; a missing file says that nothing was signed. */
export function loadSignedState(folder: string): SignedState {
  const path = join(folder, "priv_validator_state.json");
  if (!existsSync(path)) return { height: 0n, round: 0, step: 0 };
  const file = readJson(path);
  const [height, round, step] = [member(file, "height"), member(file, "round"), member(file, "step")];
  if (typeof height !== "string" || !/^\d{1,19}$/.test(height)) throw new KeyFileError(`${path}: height is no number`);
  return { height: BigInt(height), round: Number(round ?? 0), step: Number(step ?? 0) };
}

export function saveSignedState(folder: string, state: SignedState): void {
  const file = { height: state.height.toString(), round: state.round, step: state.step };
  writeFileAtomic(join(folder, "priv_validator_state.json"), `${JSON.stringify(file, null, 2)}\n`);
}

/** Reads `node_key.json`, or makes it; returns the node's id: the hex address of its key. */
export function loadNodeId(folder: string): string {
  const path = join(folder, "node_key.json");
  if (!existsSync(path)) {
    const file = { priv_key: typed("tendermint/PrivKeyEd25519", privateBytes(newSeed())) };
    writeFileAtomic(path, `${JSON.stringify(file)}\n`);
  }
  return toHex(signerOfSeed(seedOfFile(path)).address);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new KeyFileError(`cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
