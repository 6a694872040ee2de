/** The vectors of tokens and certificates: the parts `jwt`, `jwtAuthorize`, `certificates` and `peerVerify`. */
import { fromHex, toHex, utf8 } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import type { VectorFailure, VectorFamily } from "@stoa/test";
import { parseJwt, verifyJwt } from "./jwt.ts";
import { jwtAllows, jwtAllowsProvider } from "./jwt-access.ts";
import { checkJwtLeases, jwtScopes, readJwtClaims } from "./jwt-claims.ts";
import { parseJsonText } from "./jwt-json.ts";
import { jwtSchemaValid } from "./jwt-schema.ts";
import type { X509Certificate } from "./x509.ts";
import {
  checkAccountCertificate,
  parseCertificatePem,
  parseCertificateSerial,
  readPeerIdentity,
  verifyPeerCertificate,
} from "./x509-account.ts";
import { buildCertificateBody, buildPkcs8 } from "./x509-build.ts";
import { formatSeconds } from "./x509-time.ts";

interface JwtCase {
  readonly case: string;
  readonly alg: string;
  readonly claims: string;
  readonly token: string;
  readonly now: number;
  readonly pubKey: string;
  readonly error: string | null;
  readonly schemaValid?: boolean;
}

interface AuthorizeCase {
  readonly case: string;
  readonly claims: unknown;
  readonly validate: string | null;
  readonly checks: readonly {
    readonly owner: string;
    readonly provider: string;
    readonly dseq: number;
    readonly gseq: number;
    readonly oseq: number;
    readonly forProvider: boolean;
    readonly forDeployment: boolean;
    readonly forLease: boolean;
  }[];
}

interface CertificateCase {
  readonly case: string;
  readonly owner: string;
  readonly cert?: string;
  readonly pubkey: string;
  readonly error: string | null;
  readonly msgValidateBasic: string | null;
  readonly serial?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly cn?: string;
  readonly issuerCn?: string;
  readonly privateKey?: string;
  readonly pkcs8?: string;
  readonly domains?: readonly string[] | null;
  readonly tbs?: string;
  readonly signature?: string;
}

interface PeerCase {
  readonly case: string;
  readonly presented: readonly string[];
  readonly usage: "clientAuth" | "serverAuth";
  readonly onChain?: string;
  readonly owner?: string;
  readonly error: string | null;
}

interface File {
  readonly jwt: readonly JwtCase[];
  readonly jwtAuthorize: readonly AuthorizeCase[];
  readonly certificates: readonly CertificateCase[];
  readonly peerVerify: readonly PeerCase[];
}

type Report = (field: string, expected: unknown, actual: unknown) => void;

const crypto = { hash: pureHash, verifier: pureVerifier };

function jwtError(entry: JwtCase): string | null {
  const parsed = parseJwt(entry.token);
  if (!parsed.ok) return parsed.error.message;
  const publicKey = fromHex(entry.pubKey) ?? new Uint8Array(0);
  const verified = verifyJwt(parsed.value, { publicKey, nowSeconds: BigInt(entry.now), ...crypto });
  return verified.ok ? null : verified.error.message;
}

function checkJwt(entry: JwtCase, report: Report): void {
  report("error", entry.error, jwtError(entry));
  if (entry.schemaValid === undefined) return;
  const claims = parseJsonText(entry.claims, "document");
  report("schemaValid", entry.schemaValid, claims.ok && jwtSchemaValid(claims.value));
}

function checkAuthorize(entry: AuthorizeCase, report: Report): void {
  const node = parseJsonText(JSON.stringify(entry.claims), "document");
  const claims = node.ok ? readJwtClaims(node.value) : node;
  if (!claims.ok) {
    report("claims", null, claims.error);
    return;
  }
  const leases = claims.value.leases;
  report("validate", entry.validate, checkJwtLeases(leases, jwtScopes) ?? null);
  for (const [i, { owner, provider, dseq, gseq, oseq, ...expected }] of entry.checks.entries()) {
    const target = { owner, provider, dseq: BigInt(dseq) };
    report(`checks[${i}].forProvider`, expected.forProvider, jwtAllowsProvider(claims.value, provider));
    report(`checks[${i}].forDeployment`, expected.forDeployment, jwtAllows(claims.value, target));
    report(`checks[${i}].forLease`, expected.forLease, jwtAllows(claims.value, { ...target, gseq, oseq }));
  }
}

function checkCertificate(entry: CertificateCase, report: Report): void {
  if (entry.cert === undefined) {
    const known = parseCertificateSerial(entry.serial ?? "") !== undefined;
    report("msgValidateBasic", entry.msgValidateBasic, known ? null : "invalid serial number");
    return;
  }
  const pem = { certificate: utf8(entry.cert), publicKey: utf8(entry.pubkey) };
  const checked = checkAccountCertificate(entry.owner, pem, crypto);
  report("error", entry.error, checked.ok ? null : checked.error.message);
  if (!checked.ok) return;
  const certificate = checked.value;
  report("serial", entry.serial, String(certificate.serial));
  report("notBefore", entry.notBefore, formatSeconds(certificate.notBefore));
  report("notAfter", entry.notAfter, formatSeconds(certificate.notAfter));
  report("cn", entry.cn, certificate.subjectCommonName);
  report("issuerCn", entry.issuerCn, certificate.issuerCommonName);
  const { publicKey } = certificate;
  if (entry.tbs === undefined || publicKey === undefined) return;
  const body = buildCertificateBody({
    address: entry.owner,
    serial: certificate.serial,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    publicKey,
    dnsNames: entry.domains ?? [],
  });
  report("tbs", entry.tbs, toHex(certificate.tbs));
  report("tbs, built", entry.tbs, toHex(body));
  report("signature", entry.signature, toHex(certificate.signature));
  report("pkcs8", entry.pkcs8, toHex(buildPkcs8(fromHex(entry.privateKey ?? "") ?? new Uint8Array(0), publicKey)));
}

function certificateOf(pem: string): X509Certificate | undefined {
  const certificate = parseCertificatePem(utf8(pem));
  return certificate.ok ? certificate.value : undefined;
}

/** A moment in all certificates' time but that of the expired one; the vectors hide the recorder's clock. */
const peerNowSeconds = 1_800_000_000n;

function peerError(entry: PeerCase): { error: string | null; owner: string | undefined } {
  const presented = entry.presented.map(certificateOf).filter((certificate) => certificate !== undefined);
  const peer = readPeerIdentity(presented);
  if (!peer.ok) return { error: peer.error, owner: undefined };
  const published = entry.onChain === undefined ? undefined : certificateOf(entry.onChain);
  const onChain =
    published?.publicKey === undefined ? undefined : { certificate: published, publicKey: published.publicKey };
  const at = { nowSeconds: peerNowSeconds, ...crypto };
  const verified = verifyPeerCertificate(peer.value.certificate, onChain, entry.usage, at);
  return { error: verified.ok ? null : verified.error, owner: verified.ok ? peer.value.owner : undefined };
}

/** Texts that print a Go value (`%!w(<nil>)`) or the recorder's clock are informative (README of the vectors). */
function comparableText(text: string | null): string | null {
  return text?.replace(/\(%!w\(<nil>\)\)$/, "").replace(/current time \S+ is/, "current time <now> is") ?? null;
}

function checkPeer(entry: PeerCase, report: Report): void {
  const { error, owner } = peerError(entry);
  const expected = comparableText(entry.error);
  const actual = comparableText(error);
  const informative = expected !== entry.error && expected !== null && !expected.includes("<now>");
  report("error", expected, informative && actual?.startsWith(expected) ? expected : actual);
  if (entry.owner !== undefined) report("owner", entry.owner, owner);
}

/** Tokens, what they allow, certificates and peers, of `lib/provider.json`. */
export const providerAuthVectors: VectorFamily = {
  file: "lib/provider.json",
  check(text) {
    const file = JSON.parse(text) as File;
    const failures: VectorFailure[] = [];
    let cases = 0;
    const run = <T extends { readonly case: string }>(part: string, list: readonly T[], check: Check<T>) => {
      for (const [i, entry] of list.entries()) {
        cases++;
        check(entry, (field, expected, actual) => {
          if (expected === actual) return;
          const message = `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
          failures.push({ case: `${part}[${i}] ${entry.case}`, field, message });
        });
      }
    };
    run("jwt", file.jwt, checkJwt);
    run("jwtAuthorize", file.jwtAuthorize, checkAuthorize);
    run("certificates", file.certificates, checkCertificate);
    run("peerVerify", file.peerVerify, checkPeer);
    return { cases, failures };
  },
};

type Check<T> = (entry: T, report: Report) => void;
