/**
 * X.509 certificates as far as the market needs them (market-modules.md §12, provider.md §6.2): strict parsing,
 * signatures over P-256 with SHA-256, and the fields that identify an account. Pure and synchronous.
 */
import { concatBytes, equalBytes, err, fromUtf8, type Hash, ok, type Result, type Verifier } from "@stoa/std";
import { contextTag, type DerElement, DerReader, derTag, readDerBits, readDerInteger, readDerOid } from "./x509-der.ts";
import { type CertificateExtensions, readExtensions } from "./x509-extensions.ts";
import { p256Curve, p256Point } from "./x509-point.ts";
import { readDerTime } from "./x509-time.ts";

/** Why bytes are no certificate or no key. The text is the reference's where it has one. */
export interface X509Fault {
  readonly message: string;
}

/** A parsed certificate. Times are seconds since the Unix epoch, both ends inclusive. */
export interface X509Certificate {
  /** The whole DER. */
  readonly raw: Uint8Array;
  /** The signed part. */
  readonly tbs: Uint8Array;
  /** DER of the signature, as it stands in the certificate. */
  readonly signature: Uint8Array;
  readonly signatureAlgorithm: string;
  readonly serial: bigint;
  readonly subjectCommonName: string;
  readonly issuerCommonName: string;
  readonly notBefore: bigint;
  readonly notAfter: bigint;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Uint8Array;
  /** The uncompressed point (65 bytes) if the key is on P-256. */
  readonly publicKey: Uint8Array | undefined;
  readonly extensions: CertificateExtensions;
}

export const x509Oid = {
  commonName: "2.5.4.3",
  ecPublicKey: "1.2.840.10045.2.1",
  p256: "1.2.840.10045.3.1.7",
  ecdsaSha256: "1.2.840.10045.4.3.2",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  anyUsage: "2.5.29.37.0",
} as const;

/** PEM block types of the certificates and keys on chain (market-modules.md §12). */
export const pemTypes = { certificate: "CERTIFICATE", ecPublicKey: "EC PUBLIC KEY" } as const;

function fault(message: string): { readonly ok: false; readonly error: X509Fault } {
  return err({ message: `x509: ${message}` });
}

const malformed = fault("malformed certificate");

/** The value of a directory string, or undefined for a type or a character that it does not allow. */
function readText(element: DerElement): string | undefined {
  const { tag, content } = element;
  const ascii = () => (content.every((byte) => byte < 0x80) ? String.fromCharCode(...content) : undefined);
  switch (tag) {
    case derTag.utf8String:
      return fromUtf8(content);
    case derTag.printableString: {
      const text = ascii();
      return text !== undefined && /^[A-Za-z0-9 '()+,\-./:=?*&]*$/.test(text) ? text : undefined;
    }
    case derTag.numericString: {
      const text = ascii();
      return text !== undefined && /^[0-9 ]*$/.test(text) ? text : undefined;
    }
    case derTag.ia5String:
      return ascii();
    case derTag.t61String:
      return String.fromCharCode(...content);
    default:
      return undefined;
  }
}

/** The last common name of a Name, or an empty text if it has none; undefined if the Name is malformed. */
function readCommonName(name: Uint8Array): string | undefined {
  let commonName = "";
  const rdns = new DerReader(name);
  while (!rdns.done) {
    const set = rdns.nested(derTag.set);
    if (set === undefined || set.done) return undefined;
    while (!set.done) {
      const attribute = set.nested(derTag.sequence);
      const type = attribute?.element(derTag.oid);
      const value = attribute?.any();
      if (attribute === undefined || type === undefined || value === undefined || !attribute.done) return undefined;
      const text = readText(value);
      const oid = readDerOid(type.content);
      if (text === undefined || oid === undefined) return undefined;
      if (oid === x509Oid.commonName) commonName = text;
    }
  }
  return commonName;
}

/** OID of an AlgorithmIdentifier. */
function readAlgorithm(element: DerElement | undefined): string | undefined {
  if (element === undefined) return undefined;
  const oid = new DerReader(element.content).element(derTag.oid);
  return oid === undefined ? undefined : readDerOid(oid.content);
}

/**
 * Parses a SubjectPublicKeyInfo: the uncompressed point (65 bytes) of a P-256 key, undefined for another kind of
 * key, a fault if it is malformed or its point is not on the curve.
 */
export function parsePublicKeyInfo(der: Uint8Array): Result<Uint8Array | undefined, X509Fault> {
  const outer = new DerReader(der);
  const info = outer.nested(derTag.sequence);
  if (info === undefined || !outer.done) return fault("malformed public key");
  const algorithm = info.nested(derTag.sequence);
  const oid = algorithm?.element(derTag.oid);
  const bits = info.element(derTag.bitString);
  const key = bits === undefined ? undefined : readDerBits(bits.content);
  const kind = oid === undefined ? undefined : readDerOid(oid.content);
  if (algorithm === undefined || key === undefined || kind === undefined || !info.done) {
    return fault("malformed public key");
  }
  if (kind !== x509Oid.ecPublicKey) return ok(undefined);
  const named = algorithm.element(derTag.oid);
  const curve = named === undefined ? undefined : readDerOid(named.content);
  if (curve === undefined) return fault("invalid ECDSA parameters");
  if (curve !== p256Curve) return ok(undefined);
  return p256Point(key) ? ok(key) : fault("failed to unmarshal elliptic curve point");
}

interface Body {
  readonly serial: bigint;
  readonly algorithm: Uint8Array;
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly notBefore: bigint;
  readonly notAfter: bigint;
  readonly publicKeyInfo: Uint8Array;
  readonly extensions: CertificateExtensions;
}

/** Reads the signed part in the order of RFC 5280 §4.1.2. */
function readBody(content: Uint8Array): Result<Body, X509Fault> {
  const body = new DerReader(content);
  let version = 0n;
  const explicit = body.nested(contextTag(0, true));
  if (explicit !== undefined) {
    const element = explicit.element(derTag.integer);
    const value = element === undefined ? undefined : readDerInteger(element.content);
    if (value === undefined || !explicit.done) return fault("malformed version");
    version = value;
  }
  if (version < 0n || version > 2n) return fault("invalid version");
  const serialElement = body.element(derTag.integer);
  const serial = serialElement === undefined ? undefined : readDerInteger(serialElement.content);
  if (serial === undefined) return fault("malformed serial number");
  if (serial < 0n) return fault("negative serial number");
  const algorithm = body.element(derTag.sequence);
  const issuer = body.element(derTag.sequence);
  const validity = body.nested(derTag.sequence);
  const from = validity?.any();
  const until = validity?.any();
  const subject = body.element(derTag.sequence);
  const publicKeyInfo = body.element(derTag.sequence);
  if (algorithm === undefined || issuer === undefined || subject === undefined || publicKeyInfo === undefined) {
    return malformed;
  }
  if (validity === undefined || from === undefined || until === undefined || !validity.done) {
    return fault("malformed validity");
  }
  const notBefore = readDerTime(from.tag, from.content);
  const notAfter = readDerTime(until.tag, until.content);
  if (notBefore === undefined || notAfter === undefined) return fault("malformed time");
  if (version > 0n) {
    body.element(contextTag(1, false));
    body.element(contextTag(2, false));
  }
  const extensions = readExtensions(version === 2n ? body.nested(contextTag(3, true)) : undefined);
  if (!extensions.ok) return fault(extensions.error);
  if (!body.done) return malformed;
  return ok({
    serial,
    algorithm: algorithm.whole,
    issuer: issuer.content,
    subject: subject.content,
    notBefore,
    notAfter,
    publicKeyInfo: publicKeyInfo.whole,
    extensions: extensions.value,
  });
}

/** Parses the DER of one certificate. Bytes after it, long forms and lax encodings are refused. */
export function parseCertificate(der: Uint8Array): Result<X509Certificate, X509Fault> {
  const outer = new DerReader(der);
  const certificate = outer.nested(derTag.sequence);
  if (certificate === undefined) return malformed;
  if (!outer.done) return fault("trailing data");
  const tbs = certificate.element(derTag.sequence);
  const algorithm = certificate.element(derTag.sequence);
  const bits = certificate.element(derTag.bitString);
  const signature = bits === undefined ? undefined : readDerBits(bits.content, true);
  const signatureAlgorithm = readAlgorithm(algorithm);
  if (tbs === undefined || algorithm === undefined || signature === undefined || signatureAlgorithm === undefined) {
    return malformed;
  }
  if (!certificate.done) return malformed;
  const body = readBody(tbs.content);
  if (!body.ok) return body;
  if (!equalBytes(body.value.algorithm, algorithm.whole)) {
    return fault("inner and outer signature algorithm identifiers don't match");
  }
  const subjectCommonName = readCommonName(body.value.subject);
  const issuerCommonName = readCommonName(body.value.issuer);
  if (subjectCommonName === undefined || issuerCommonName === undefined) return fault("invalid RDNSequence");
  const publicKey = parsePublicKeyInfo(body.value.publicKeyInfo);
  if (!publicKey.ok) return publicKey;
  const { serial, notBefore, notAfter, publicKeyInfo, extensions } = body.value;
  return ok({
    raw: der,
    tbs: tbs.whole,
    signature,
    signatureAlgorithm,
    serial,
    subjectCommonName,
    issuerCommonName,
    notBefore,
    notAfter,
    publicKeyInfo,
    publicKey: publicKey.value,
    extensions,
  });
}

/** Order of the P-256 base point (FIPS 186-4, D.1.2.3). */
const p256Order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** r‖s with the lower of the two equivalent s, or undefined if the DER or its range is wrong. */
function ecdsaPair(signature: Uint8Array): Uint8Array | undefined {
  const outer = new DerReader(signature);
  const pair = outer.nested(derTag.sequence);
  const first = pair?.element(derTag.integer);
  const second = pair?.element(derTag.integer);
  if (pair === undefined || first === undefined || second === undefined || !pair.done || !outer.done) return undefined;
  const r = readDerInteger(first.content);
  const s = readDerInteger(second.content);
  if (r === undefined || s === undefined || r <= 0n || s <= 0n || r >= p256Order || s >= p256Order) return undefined;
  return concatBytes(scalar(r), scalar(s > p256Order / 2n ? p256Order - s : s));
}

function scalar(value: bigint): Uint8Array {
  const out = new Uint8Array(32);
  for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn);
  return out;
}

/**
 * True if this P-256 key (65-byte point) signed the certificate's body with SHA-256. Both s and n − s count, as
 * X.509 knows no low-s rule while the `Verifier` port does.
 */
export function verifyCertificateSignature(
  certificate: X509Certificate,
  publicKey: Uint8Array,
  crypto: { readonly hash: Hash; readonly verifier: Verifier },
): boolean {
  const pair = ecdsaPair(certificate.signature);
  if (pair === undefined) return false;
  return crypto.verifier.verify("secp256r1", publicKey, crypto.hash.sha256(certificate.tbs), pair);
}
