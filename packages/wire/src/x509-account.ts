/**
 * Certificates that belong to an account: what the chain's cert module accepts (market-modules.md §12) and what a
 * peer of a TLS connection must show (provider.md §6.2).
 */
import { equalBytes, err, type Hash, ok, type Result, type Verifier } from "@stoa/std";
import { parseAccount } from "./address.ts";
import {
  parseCertificate,
  parsePublicKeyInfo,
  pemTypes,
  verifyCertificateSignature,
  type X509Certificate,
  x509Oid,
} from "./x509.ts";
import { decodePem } from "./x509-pem.ts";
import { formatSeconds } from "./x509-time.ts";

/** What checking needs of its host. */
export interface CertificateCrypto {
  readonly hash: Hash;
  readonly verifier: Verifier;
}

/**
 * Whose fault it is. `publicKey` is the chain's error cert 7, `certificate` and `unparsable` its cert 6 (the
 * reference loses the code of the latter and answers `undefined` 1).
 */
export interface AccountCertificateFault {
  readonly kind: "publicKey" | "certificate" | "unparsable";
  /** The reference's text after its registered error text, or the whole text for `unparsable`. */
  readonly detail: string;
  /** The whole text. */
  readonly message: string;
}

function fault(kind: "publicKey" | "certificate", detail = ""): { ok: false; error: AccountCertificateFault } {
  const text = kind === "publicKey" ? "invalid pubkey value" : "invalid certificate value";
  return err({ kind, detail, message: detail === "" ? text : `${text}: ${detail}` });
}

/** The 65-byte P-256 point of an `EC PUBLIC KEY` PEM block that is alone in its input. */
export function parsePublicKeyPem(pem: Uint8Array): Result<Uint8Array, AccountCertificateFault> {
  const block = decodePem(pem);
  if (block === undefined || block.rest.length > 0) return fault("publicKey");
  if (block.type !== pemTypes.ecPublicKey) return fault("publicKey", "invalid pem block type");
  const key = parsePublicKeyInfo(block.bytes);
  if (!key.ok) return fault("publicKey", key.error.message);
  if (key.value === undefined) return fault("publicKey", "invalid public key type");
  return ok(key.value);
}

/** The certificate of a `CERTIFICATE` PEM block that is alone in its input. */
export function parseCertificatePem(pem: Uint8Array): Result<X509Certificate, AccountCertificateFault> {
  const block = decodePem(pem);
  if (block === undefined || block.rest.length > 0) return fault("certificate");
  if (block.type !== pemTypes.certificate) return fault("certificate", "invalid pem block type");
  const certificate = parseCertificate(block.bytes);
  if (certificate.ok) return certificate;
  return err({ kind: "unparsable", detail: certificate.error.message, message: certificate.error.message });
}

/**
 * Checks a certificate and its public key for publication by `owner` (bech32), in the reference's order: key,
 * certificate, signature with the supplied key, common name. Validity in time is not asked here.
 */
export function checkAccountCertificate(
  owner: string,
  pem: { readonly certificate: Uint8Array; readonly publicKey: Uint8Array },
  crypto: CertificateCrypto,
): Result<X509Certificate, AccountCertificateFault> {
  const key = parsePublicKeyPem(pem.publicKey);
  if (!key.ok) return key;
  const certificate = parseCertificatePem(pem.certificate);
  if (!certificate.ok) return certificate;
  if (!verifyCertificateSignature(certificate.value, key.value, crypto)) {
    return fault("certificate", "invalid certificate signature");
  }
  const named = parseAccount(certificate.value.subjectCommonName);
  if (!named.ok) return fault("certificate", named.error);
  const expected = parseAccount(owner);
  if (!expected.ok || !equalBytes(expected.value, named.value)) {
    return fault("certificate", "CommonName does not match owner");
  }
  return certificate;
}

/** The number of a serial's decimal text, as messages and queries name certificates; undefined if it is none. */
export function parseCertificateSerial(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace("+", "")) : undefined;
}

/** What the chain holds of a certificate: the DER and the key it was published with. */
export interface OnChainCertificate {
  readonly certificate: X509Certificate;
  /** 65-byte P-256 point of the published key. */
  readonly publicKey: Uint8Array;
}

/** What a peer presented: the account that its certificate names, and the serial to look up on the chain. */
export interface PeerIdentity {
  readonly owner: string;
  readonly certificate: X509Certificate;
}

/** The first half of a peer's check, before the chain is asked: one certificate that names one account twice. */
export function readPeerIdentity(presented: readonly X509Certificate[]): Result<PeerIdentity, string> {
  const [certificate, ...more] = presented;
  if (certificate === undefined) return err("tls: empty peer certificate(s)");
  if (more.length > 0) return err("tls: too many peer certificates");
  const subject = "tls: invalid certificate's subject common name";
  const owner = parseAccount(certificate.subjectCommonName);
  if (!owner.ok) return err(`${subject}: (${owner.error})`);
  if (certificate.subjectCommonName !== certificate.issuerCommonName) {
    return err(`${subject}: (the issuer's common name differs)`);
  }
  return ok({ owner: certificate.subjectCommonName, certificate });
}

/**
 * The second half: the presented certificate is the published one, signed with the published key, valid at
 * `nowSeconds` and meant for this use. A certificate that is absent or revoked on chain is passed as undefined.
 */
export function verifyPeerCertificate(
  presented: X509Certificate,
  onChain: OnChainCertificate | undefined,
  usage: "clientAuth" | "serverAuth",
  at: { readonly nowSeconds: bigint; readonly hash: Hash; readonly verifier: Verifier },
): Result<null, string> {
  if (onChain === undefined) return err("tls: attempt to use non-existing or revoked certificate: (not found)");
  const unable = "tls: unable to verify certificate";
  if (!verifyCertificateSignature(presented, onChain.publicKey, at)) {
    return err(`${unable}: invalid certificate signature`);
  }
  if (!equalBytes(presented.raw, onChain.certificate.raw)) {
    return err(`${unable}: (x509: certificate signed by unknown authority)`);
  }
  const { extensions, notBefore, notAfter } = presented;
  if (extensions.unknownCritical.length > 0) return err(`${unable}: (x509: unhandled critical extension)`);
  const outside = at.nowSeconds < notBefore ? "before" : at.nowSeconds > notAfter ? "after" : undefined;
  if (outside !== undefined) {
    const bound = formatSeconds(outside === "before" ? notBefore : notAfter);
    const now = formatSeconds(at.nowSeconds);
    return err(
      `${unable}: (x509: certificate has expired or is not yet valid: current time ${now} is ${outside} ${bound})`,
    );
  }
  const uses = extensions.extKeyUsage;
  if (uses.length > 0 && !uses.includes(x509Oid[usage]) && !uses.includes(x509Oid.anyUsage)) {
    return err(`${unable}: (x509: certificate specifies an incompatible key usage)`);
  }
  return ok(null);
}
