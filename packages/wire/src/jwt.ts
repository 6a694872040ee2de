/**
 * Tokens that let an account's holder speak to a provider (AEP-64, provider.md §6.2): ES256K signs the token's text
 * as it is, ES256KADR36 signs it inside the document that web wallets sign.
 */
import { err, type Hash, ok, type Result, toBase64, toBase64Url, utf8, type Verifier } from "@stoa/std";
import { parseAccount } from "./address.ts";
import { checkJwtLeases, type JwtClaims, jwtScopes, readJwtClaims, writeJwtClaims } from "./jwt-claims.ts";
import { parseJsonBytes } from "./jwt-json.ts";
import { decodeJwtSegment } from "./jwt-segment.ts";

export type JwtAlgorithm = "ES256K" | "ES256KADR36";

/** `malformed` and `unverifiable` are the sender's mistakes, `signature` and `claims` what a check found. */
export interface JwtFault {
  readonly kind: "malformed" | "unverifiable" | "signature" | "claims";
  /** The reference's text. */
  readonly message: string;
}

/** A token that could be read; nothing about it is verified yet. */
export interface ParsedJwt {
  readonly algorithm: JwtAlgorithm;
  readonly claims: JwtClaims;
  /** `header.claims`, as they stand in the token. */
  readonly signingText: string;
  readonly signature: Uint8Array;
}

/** A token with a permission for every deployment of a large tenant stays well below; servers bound headers at 16 KiB. */
export const maxJwtChars = 65_536;

/** Methods that the reference's library knows and this use of it refuses; others do not exist for it. */
const foreignMethods = /^(none|EdDSA|(HS|RS|PS|ES)(256|384|512))$/;

function fault(kind: JwtFault["kind"], message: string): { readonly ok: false; readonly error: JwtFault } {
  const prefix = {
    malformed: "token is malformed",
    unverifiable: "token is unverifiable",
    signature: "token signature is invalid",
    claims: "token has invalid claims",
  }[kind];
  return err({ kind, message: `${prefix}: ${message}` });
}

/** The algorithm of a header's JSON, or the fault that the reference finds with it. */
function readAlgorithm(header: Uint8Array): Result<string, JwtFault> {
  const node = parseJsonBytes(header, "document");
  if (!node.ok) return fault("malformed", `could not JSON decode header: ${node.error}`);
  if (node.value.kind === "null") return ok("");
  if (node.value.kind !== "object") {
    const problem = `json: cannot unmarshal ${node.value.kind} into Go value of type map[string]interface {}`;
    return fault("malformed", `could not JSON decode header: ${problem}`);
  }
  const last = node.value.entries.filter(([key]) => key === "alg").at(-1)?.[1];
  return ok(last?.kind === "string" ? `:${last.value}` : "");
}

/**
 * Reads a token in the reference's order of faults, up to the point where the issuer's key is needed. The key is
 * the caller's to find, by `claims.iss`.
 */
export function parseJwt(token: string): Result<ParsedJwt, JwtFault> {
  const parts = token.length > maxJwtChars ? [] : token.split(".");
  const [header, body, signature] = parts;
  if (header === undefined || body === undefined || signature === undefined || parts.length !== 3) {
    return fault("malformed", "token contains an invalid number of segments");
  }
  const headerBytes = decodeJwtSegment(header);
  if (!headerBytes.ok) return fault("malformed", `could not base64 decode header: ${headerBytes.error}`);
  const algorithm = readAlgorithm(headerBytes.value);
  if (!algorithm.ok) return algorithm;
  const bodyBytes = decodeJwtSegment(body);
  if (!bodyBytes.ok) return fault("malformed", `could not base64 decode claim: ${bodyBytes.error}`);
  const node = parseJsonBytes(bodyBytes.value, "document");
  if (!node.ok) return fault("malformed", `could not JSON decode claim: ${node.error}`);
  const claims = readJwtClaims(node.value);
  if (!claims.ok) return fault("malformed", `could not JSON decode claim: ${claims.error}`);
  if (algorithm.value === "") return fault("unverifiable", "signing method (alg) is unspecified");
  const name = algorithm.value.slice(1);
  if (name !== "ES256K" && name !== "ES256KADR36") {
    if (foreignMethods.test(name)) return fault("signature", `signing method ${name} is invalid`);
    return fault("unverifiable", "signing method (alg) is unavailable");
  }
  const signatureBytes = decodeJwtSegment(signature);
  if (!signatureBytes.ok) return fault("malformed", `could not base64 decode signature: ${signatureBytes.error}`);
  const issuer = parseAccount(claims.value.iss);
  if (!issuer.ok) return fault("unverifiable", `error while executing keyfunc: ${issuer.error}`);
  return ok({
    algorithm: name,
    claims: claims.value,
    signingText: `${header}.${body}`,
    signature: signatureBytes.value,
  });
}

/** The bytes that a key signs (through SHA-256) for a token's text. `address` signs only in ES256KADR36. */
export function jwtSignBytes(algorithm: JwtAlgorithm, signingText: string, address: string): Uint8Array {
  if (algorithm === "ES256K") return utf8(signingText);
  const message = `{"type":"sign/MsgSignData","value":{"data":"${toBase64(utf8(signingText))}","signer":"${address}"}}`;
  const fee = '{"amount":[],"gas":"0"}';
  return utf8(`{"account_number":"0","chain_id":"","fee":${fee},"memo":"","msgs":[${message}],"sequence":"0"}`);
}

/** What a token's claims say at a moment, the reference's complaints in its order; undefined when all is well. */
function checkClaims(claims: JwtClaims, nowSeconds: bigint, scopes: readonly string[]): string | undefined {
  const problems: string[] = [];
  if (claims.exp !== undefined && nowSeconds >= claims.exp) problems.push("token is expired");
  if (claims.nbf !== undefined && nowSeconds < claims.nbf) problems.push("token is not valid yet");
  const own =
    claims.iat === undefined
      ? "missing issued at"
      : claims.nbf === undefined
        ? "missing not before"
        : claims.exp === undefined
          ? "missing expiration time"
          : claims.version !== "v1"
            ? "invalid version"
            : undefined;
  const last = own === undefined ? checkJwtLeases(claims.leases, scopes) : `jwt: validation error: ${own}`;
  if (last !== undefined) problems.push(last);
  return problems.length === 0 ? undefined : problems.join(", ");
}

export interface JwtCheck {
  /** Compressed secp256k1 key of the account `claims.iss`. */
  readonly publicKey: Uint8Array;
  readonly nowSeconds: bigint;
  readonly hash: Hash;
  readonly verifier: Verifier;
  /** Scopes that may occur; another one spoils the whole token. */
  readonly scopes?: readonly string[];
}

/** Verifies signature, times and claims of a parsed token, in that order. */
export function verifyJwt(parsed: ParsedJwt, check: JwtCheck): Result<JwtClaims, JwtFault> {
  const bytes = jwtSignBytes(parsed.algorithm, parsed.signingText, parsed.claims.iss.toLowerCase());
  const digest = check.hash.sha256(bytes);
  if (!check.verifier.verify("secp256k1", check.publicKey, digest, parsed.signature)) {
    return fault("signature", "token signature is invalid");
  }
  const problem = checkClaims(parsed.claims, check.nowSeconds, check.scopes ?? jwtScopes);
  return problem === undefined ? ok(parsed.claims) : fault("claims", problem);
}

/** `header.claims` of a new token. */
export function jwtSigningText(algorithm: JwtAlgorithm, claims: JwtClaims): string {
  const header = `{"alg":"${algorithm}","typ":"JWT"}`;
  return `${toBase64Url(utf8(header))}.${toBase64Url(utf8(writeJwtClaims(claims)))}`;
}

/** A signed token. `sign` answers 64 bytes r‖s over the SHA-256 of what it is given. */
export function createJwt(algorithm: JwtAlgorithm, claims: JwtClaims, sign: (bytes: Uint8Array) => Uint8Array): string {
  const text = jwtSigningText(algorithm, claims);
  return `${text}.${toBase64Url(sign(jwtSignBytes(algorithm, text, claims.iss)))}`;
}
