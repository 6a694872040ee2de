import { pbkdf2Sync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Signer } from "@stoa/client";
import { type ClientIdentity, HostError, nativeHash, readSecretFile, writeSecretFile } from "@stoa/host";
import { accountAddress } from "@stoa/wire";
import {
  defaultPath,
  deriveKey,
  entropyOf,
  mnemonicOf,
  type PrivateKey,
  publicKeyOf,
  secp256k1PrivateKey,
  signMessage,
} from "@stoa/wire/wallet";
import { CliError } from "../command.ts";

/** A key as lists show it. */
export interface KeyEntry {
  readonly name: string;
  readonly address: string;
  readonly sealed: boolean;
}

/** What a key file's secret is: a mnemonic, or 32 bytes in hex for keys that came without one. */
export type KeySecret = { readonly mnemonic: string } | { readonly hex: string };

/** Names are parts of paths. */
const namePattern = /^[a-z0-9][a-z0-9._-]{0,63}$/i;
const entropyBytes = 32;

function checkName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new CliError("bad_key_name", `not a key name: ${JSON.stringify(name)}`, {
    hint: "letters, digits, dot, dash and underscore, 64 at most",
  });
}

/** `keyFromMnemonic` with the system's PBKDF2: 2,048 rounds in JavaScript were a tenth of a command's start. */
function keyOfWords(mnemonic: string) {
  const entropy = entropyOf(mnemonic);
  return entropy.ok ? deriveKey(pbkdf2Sync(mnemonic, "mnemonic", 2048, 64, "sha512"), defaultPath) : entropy;
}

/** The secp256k1 key of a secret; throws {@link CliError} for words or bytes that are none. */
export function privateKeyOf(secret: KeySecret): PrivateKey {
  const key =
    "mnemonic" in secret
      ? keyOfWords(secret.mnemonic)
      : secp256k1PrivateKey(Uint8Array.from(Buffer.from(secret.hex, "hex")));
  if (key.ok) return key.value;
  throw new CliError("bad_key", `not a key: ${key.error}`, { hint: "check the words, and their order" });
}

export function addressOfKey(key: PrivateKey): string {
  const address = accountAddress(publicKeyOf(key), nativeHash);
  if (!address.ok) throw new CliError("bad_key", address.error);
  return address.value;
}

/** A signer whose key is here: it answers at once. */
export interface LocalSigner extends Signer {
  sign(bytes: Uint8Array): Uint8Array;
}

/** A signer that keeps the key to itself. */
export function signerOf(key: PrivateKey): LocalSigner {
  return {
    address: addressOfKey(key),
    publicKey: publicKeyOf(key).key,
    sign: (bytes) => signMessage(key, bytes),
  };
}

/** A new mnemonic of 24 words. */
export function newMnemonic(): string {
  return mnemonicOf(randomBytes(entropyBytes));
}

/** The keys of a home: one file a key, readable by its owner alone, sealed unless the network is local. */
export class KeyStore {
  readonly #folder: string;
  readonly #passphrase: (() => string) | undefined;

  /** @param passphrase asked when a sealed key is written or opened; undefined where the network is local */
  constructor(folder: string, passphrase: (() => string) | undefined) {
    this.#folder = folder;
    this.#passphrase = passphrase;
  }

  #path(name: string): string {
    return join(this.#folder, `${checkName(name)}.json`);
  }

  list(): KeyEntry[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((file) => file.endsWith(".json"))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((file) => {
        const { facts, sealed } = readSecretFile(join(this.#folder, file));
        return { name: facts.name ?? file.slice(0, -5), address: facts.address ?? "", sealed };
      });
  }

  has(name: string): boolean {
    return existsSync(this.#path(name));
  }

  add(name: string, secret: KeySecret): KeyEntry {
    const path = this.#path(name);
    if (existsSync(path))
      throw new CliError("key_exists", `there is a key ${name} already`, {
        hint: "choose another name, or delete it first",
      });
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const address = addressOfKey(privateKeyOf(secret));
    writeSecretFile(path, { name, address }, JSON.stringify(secret), this.#passphrase?.());
    return { name, address, sealed: this.#passphrase !== undefined };
  }

  /** The secret itself: for exports and signers only. */
  secret(name: string): KeySecret {
    const path = this.#path(name);
    if (!existsSync(path))
      throw new CliError("no_such_key", `there is no key ${name}`, { hint: "stoa keys list shows what there is" });
    return JSON.parse(this.#open(path, `the key ${name}`)) as KeySecret;
  }

  /** Keeps an account's certificate and its key beside the keys, under the same seal; answers the path. */
  saveCertificate(address: string, identity: ClientIdentity): string {
    const path = this.#certificatePath(address);
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeSecretFile(path, { address }, JSON.stringify(identity), this.#passphrase?.());
    return path;
  }

  /** An account's certificate and its key, or undefined when none was kept. */
  certificate(address: string): ClientIdentity | undefined {
    const path = this.#certificatePath(address);
    return existsSync(path) ? (JSON.parse(this.#open(path, "the certificate's key")) as ClientIdentity) : undefined;
  }

  #certificatePath(address: string): string {
    return join(this.#folder, "certificates", `${checkName(address)}.json`);
  }

  #open(path: string, what: string): string {
    try {
      const file = readSecretFile(path);
      const ask =
        this.#passphrase ??
        ((): string => {
          throw new CliError("passphrase_needed", `${what} is sealed`, { hint: "set STOA_PASSPHRASE_FILE" });
        });
      return file.open(ask);
    } catch (cause) {
      if (cause instanceof HostError) throw new CliError("key_unreadable", cause.message, { cause });
      throw cause;
    }
  }

  signer(name: string): LocalSigner {
    return signerOf(privateKeyOf(this.secret(name)));
  }

  remove(name: string): void {
    const path = this.#path(name);
    if (!existsSync(path)) throw new CliError("no_such_key", `there is no key ${name}`);
    rmSync(path);
  }
}
