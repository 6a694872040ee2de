/** The certificate extensions that decide whether a certificate may be used (RFC 5280 §4.2). */
import { err, ok, type Result } from "@stoa/std";
import { contextTag, DerReader, derTag, readDerBits, readDerBoolean, readDerInteger, readDerOid } from "./x509-der.ts";

export interface CertificateExtensions {
  /** First octet of keyUsage, digitalSignature highest; undefined without the extension. */
  readonly keyUsage: number | undefined;
  /** OIDs of extKeyUsage; empty without the extension, which then allows every use. */
  readonly extKeyUsage: readonly string[];
  readonly isCa: boolean;
  readonly dnsNames: readonly string[];
  /** Addresses of 4 or 16 octets. */
  readonly ipAddresses: readonly Uint8Array[];
  /** OIDs of critical extensions that nobody here understands. */
  readonly unknownCritical: readonly string[];
}

export const extensionOid = {
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  extKeyUsage: "2.5.29.37",
} as const;

interface Draft {
  keyUsage: number | undefined;
  extKeyUsage: string[];
  isCa: boolean;
  dnsNames: string[];
  ipAddresses: Uint8Array[];
  unknownCritical: string[];
}

/** A certificate of ours has five; more than this is an attempt to cost time. */
const maxExtensions = 64;

type Read = (draft: Draft, value: DerReader) => boolean;

const readers: Readonly<Record<string, Read>> = {
  [extensionOid.keyUsage](draft, value) {
    const bits = value.element(derTag.bitString);
    const octets = bits === undefined ? undefined : readDerBits(bits.content, true);
    if (octets === undefined) return false;
    draft.keyUsage = octets[0] ?? 0;
    return true;
  },
  [extensionOid.extKeyUsage](draft, value) {
    const list = value.nested(derTag.sequence);
    if (list === undefined) return false;
    while (!list.done) {
      const element = list.element(derTag.oid);
      const oid = element === undefined ? undefined : readDerOid(element.content);
      if (oid === undefined) return false;
      draft.extKeyUsage.push(oid);
    }
    return true;
  },
  [extensionOid.basicConstraints](draft, value) {
    const constraints = value.nested(derTag.sequence);
    if (constraints === undefined) return false;
    const ca = constraints.element(derTag.boolean);
    if (ca !== undefined) {
      const flag = readDerBoolean(ca.content);
      if (flag === undefined) return false;
      draft.isCa = flag;
    }
    const pathLength = constraints.element(derTag.integer);
    if (pathLength !== undefined && readDerInteger(pathLength.content) === undefined) return false;
    return constraints.done;
  },
  [extensionOid.subjectAltName](draft, value) {
    const names = value.nested(derTag.sequence);
    if (names === undefined) return false;
    while (!names.done) {
      const name = names.any();
      if (name === undefined) return false;
      if (name.tag === contextTag(2, false)) {
        if (name.content.some((byte) => byte >= 0x80)) return false;
        draft.dnsNames.push(String.fromCharCode(...name.content));
      } else if (name.tag === contextTag(7, false)) {
        if (name.content.length !== 4 && name.content.length !== 16) return false;
        draft.ipAddresses.push(name.content);
      }
    }
    return true;
  },
  // Constrains what an authority may sign; certificates on chain sign nothing but themselves.
  [extensionOid.nameConstraints](_draft, value) {
    return value.element(derTag.sequence) !== undefined;
  },
};

/** Reads the Extensions of a version 3 certificate; the error is text without prefix. */
export function readExtensions(explicit: DerReader | undefined): Result<CertificateExtensions, string> {
  const draft: Draft = {
    keyUsage: undefined,
    extKeyUsage: [],
    isCa: false,
    dnsNames: [],
    ipAddresses: [],
    unknownCritical: [],
  };
  if (explicit === undefined) return ok(draft);
  const list = explicit.nested(derTag.sequence);
  if (list === undefined || !explicit.done) return err("malformed extensions");
  const seen = new Set<string>();
  while (!list.done) {
    const extension = list.nested(derTag.sequence);
    const type = extension?.element(derTag.oid);
    const oid = type === undefined ? undefined : readDerOid(type.content);
    const critical = extension?.element(derTag.boolean);
    const flag = critical === undefined ? false : readDerBoolean(critical.content);
    const value = extension?.element(derTag.octetString);
    if (extension === undefined || oid === undefined || flag === undefined || value === undefined || !extension.done) {
      return err("malformed extension");
    }
    if (seen.has(oid)) return err("certificate contains duplicate extensions");
    if (seen.add(oid).size > maxExtensions) return err("too many extensions");
    const read = readers[oid];
    const inner = new DerReader(value.content);
    if (read === undefined) {
      if (flag) draft.unknownCritical.push(oid);
    } else if (!read(draft, inner) || !inner.done) return err(`invalid extension ${oid}`);
  }
  return ok(draft);
}
