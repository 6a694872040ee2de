import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFileAtomic } from "./atomic-file.ts";
import { HostError, messageOf } from "./errors.ts";

/** Cost of the passphrase's stretching: about 100 ms and 64 MiB (RFC 7914; N a power of two). */
const scryptCost = { N: 2 ** 16, r: 8, p: 1 } as const;
// scrypt needs 128·N·r bytes; the default bound of the runtime is half of that.
const scryptMaxBytes = 256 * scryptCost.N * scryptCost.r;
const saltBytes = 16;
const nonceBytes = 12;
const keyBytes = 32;
/** A secret file is small; a larger one is not ours. */
const maxFileBytes = 64 * 1024;

/** A file that holds one secret: open facts about it, and the secret sealed or, on local networks, plain. */
export interface SecretFile {
  /** What may be shown without a passphrase, such as the name and the address. */
  readonly facts: Readonly<Record<string, string>>;
  readonly sealed: boolean;
  /** The secret. `passphrase` is asked for only if the file is sealed. Throws HostError `io` for a wrong one. */
  open(passphrase: () => string): string;
}

interface Seal {
  readonly kdf: "scrypt";
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly cipher: "aes-256-gcm";
  readonly nonce: string;
  readonly tag: string;
  readonly data: string;
}

function stretch(passphrase: string, salt: Buffer, cost: { N: number; r: number; p: number }): Buffer {
  return scryptSync(passphrase.normalize("NFKC"), salt, keyBytes, { ...cost, maxmem: scryptMaxBytes });
}

function seal(secret: string, passphrase: string, facts: SecretFile["facts"]): Seal {
  const salt = randomBytes(saltBytes);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", stretch(passphrase, salt, scryptCost), nonce);
  // The facts are bound to the secret: nobody can put another name or address on it.
  cipher.setAAD(Buffer.from(JSON.stringify(facts)));
  const data = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return {
    kdf: "scrypt",
    n: scryptCost.N,
    r: scryptCost.r,
    p: scryptCost.p,
    salt: salt.toString("base64"),
    cipher: "aes-256-gcm",
    nonce: nonce.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
}

function unseal(path: string, box: Seal, passphrase: string, facts: SecretFile["facts"]): string {
  const cost = { N: box.n, r: box.r, p: box.p };
  if (cost.N > scryptCost.N || cost.r > scryptCost.r || cost.p > scryptCost.p)
    throw new HostError("io", "user", `${path} asks for more stretching than we do: it is not ours`);
  try {
    const key = stretch(passphrase, Buffer.from(box.salt, "base64"), cost);
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(box.nonce, "base64"));
    decipher.setAAD(Buffer.from(JSON.stringify(facts)));
    decipher.setAuthTag(Buffer.from(box.tag, "base64"));
    return Buffer.concat([decipher.update(Buffer.from(box.data, "base64")), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new HostError("io", "user", `cannot open ${path}: the passphrase is wrong, or the file was changed`, {
      cause,
    });
  }
}

/** Writes a secret, readable by its owner alone; with a passphrase sealed by scrypt and AES-256-GCM. */
export function writeSecretFile(
  path: string,
  facts: SecretFile["facts"],
  secret: string,
  passphrase: string | undefined,
): void {
  const body =
    passphrase === undefined
      ? { format: 1, facts, secret }
      : { format: 1, facts, sealed: seal(secret, passphrase, facts) };
  writeFileAtomic(path, `${JSON.stringify(body, null, 2)}\n`);
}

/** Reads a secret file's facts; the secret itself only when `open` is called. Throws HostError `io`. */
export function readSecretFile(path: string): SecretFile {
  let body: { format?: unknown; facts?: unknown; secret?: unknown; sealed?: unknown };
  try {
    const bytes = readFileSync(path);
    if (bytes.length > maxFileBytes) throw new Error(`larger than ${maxFileBytes} bytes`);
    body = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new HostError("io", "user", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
  const { facts, secret, sealed } = body;
  const isSealed = typeof sealed === "object" && sealed !== null;
  if (body.format !== 1 || typeof facts !== "object" || facts === null || (typeof secret !== "string" && !isSealed))
    throw new HostError("io", "user", `${path} is not a key file of this Stoa`);
  const openFacts = facts as SecretFile["facts"];
  return {
    facts: openFacts,
    sealed: isSealed,
    open: (passphrase) => (isSealed ? unseal(path, sealed as Seal, passphrase(), openFacts) : (secret as string)),
  };
}
