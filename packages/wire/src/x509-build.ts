/** Self-signed certificates in the form that the reference generates (provider.md §6.2). */
import { utf8 } from "@stoa/std";
import { x509Oid } from "./x509.ts";
import {
  contextTag,
  der,
  derBits,
  derBoolean,
  derInteger,
  derOctets,
  derOid,
  derSequence,
  derTag,
  derText,
} from "./x509-der.ts";
import { extensionOid } from "./x509-extensions.ts";
import { derTime } from "./x509-time.ts";

/** What a certificate says. Times are seconds since the Unix epoch. */
export interface CertificateTemplate {
  /** Bech32 address of the account: subject and issuer. */
  readonly address: string;
  /** The reference takes the nanoseconds since the epoch at generation. */
  readonly serial: bigint;
  readonly notBefore: bigint;
  readonly notAfter: bigint;
  /** 65-byte P-256 point. */
  readonly publicKey: Uint8Array;
  /** Host names of a provider, in order; with any name or address the certificate is a server's too. */
  readonly dnsNames?: readonly string[];
  /** Addresses of 4 or 16 octets. */
  readonly ipAddresses?: readonly Uint8Array[];
}

/** The subject's second name: version of the scheme (2.23.133.2.6). */
const authVersion = { oid: "2.23.133.2.6", value: "v0.0.1" } as const;

/** keyEncipherment and dataEncipherment: bits 2 and 3. */
const keyUsageBits = 0x30;
const keyUsageUnusedBits = 4;

function name(address: string): Uint8Array {
  const rdn = (oid: string, value: string) => der(derTag.set, derSequence(derOid(oid), derText(value)));
  return derSequence(rdn(x509Oid.commonName, address), rdn(authVersion.oid, authVersion.value));
}

function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  const flag = critical ? [derBoolean(true)] : [];
  return derSequence(derOid(oid), ...flag, derOctets(value));
}

function extensions(template: CertificateTemplate): Uint8Array {
  const dnsNames = template.dnsNames ?? [];
  const addresses = template.ipAddresses ?? [];
  const server = dnsNames.length > 0 || addresses.length > 0;
  const uses = [derOid(x509Oid.clientAuth), ...(server ? [derOid(x509Oid.serverAuth)] : [])];
  const list = [
    extension(extensionOid.keyUsage, true, derBits(Uint8Array.of(keyUsageBits), keyUsageUnusedBits)),
    extension(extensionOid.extKeyUsage, false, derSequence(...uses)),
    extension(extensionOid.basicConstraints, true, derSequence()),
  ];
  if (server) {
    const names = dnsNames.map((text) => der(contextTag(2, false), utf8(text)));
    const numbers = addresses.map((bytes) => der(contextTag(7, false), bytes));
    list.push(extension(extensionOid.subjectAltName, false, derSequence(...names, ...numbers)));
  }
  if (dnsNames.length > 0) {
    const subtrees = dnsNames.map((text) => derSequence(der(contextTag(2, false), utf8(text))));
    list.push(extension(extensionOid.nameConstraints, true, derSequence(der(contextTag(0, true), ...subtrees))));
  }
  return der(contextTag(3, true), derSequence(...list));
}

const signatureAlgorithm = derSequence(derOid(x509Oid.ecdsaSha256));

/** DER SubjectPublicKeyInfo of a P-256 point: the content of the `EC PUBLIC KEY` block. */
export function buildPublicKeyInfo(point: Uint8Array): Uint8Array {
  return derSequence(derSequence(derOid(x509Oid.ecPublicKey), derOid(x509Oid.p256)), derBits(point));
}

/** The part of a certificate that is signed, by ECDSA over its SHA-256. */
export function buildCertificateBody(template: CertificateTemplate): Uint8Array {
  const holder = name(template.address);
  return derSequence(
    der(contextTag(0, true), derInteger(2n)),
    derInteger(template.serial),
    signatureAlgorithm,
    holder,
    derSequence(derTime(template.notBefore), derTime(template.notAfter)),
    holder,
    buildPublicKeyInfo(template.publicKey),
    extensions(template),
  );
}

/** The whole certificate of a body and its signature: 64 bytes r‖s, as every signer here answers. */
export function assembleCertificate(body: Uint8Array, signature: Uint8Array): Uint8Array {
  return derSequence(body, signatureAlgorithm, derBits(ecdsaSignature(signature)));
}

/** Signs a template: `sign` answers 64 bytes r‖s over the SHA-256 of what it is given. */
export function buildCertificate(template: CertificateTemplate, sign: (body: Uint8Array) => Uint8Array): Uint8Array {
  const body = buildCertificateBody(template);
  return assembleCertificate(body, sign(body));
}

function ecdsaSignature(pair: Uint8Array): Uint8Array {
  const number = (bytes: Uint8Array) => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  return derSequence(derInteger(number(pair.subarray(0, 32))), derInteger(number(pair.subarray(32))));
}

/** DER PKCS#8 of a P-256 key: what TLS stacks load. */
export function buildPkcs8(privateKey: Uint8Array, point: Uint8Array): Uint8Array {
  const key = derSequence(derInteger(1n), derOctets(privateKey), der(contextTag(1, true), derBits(point)));
  const algorithm = derSequence(derOid(x509Oid.ecPublicKey), derOid(x509Oid.p256));
  return derSequence(derInteger(0n), algorithm, derOctets(key));
}
