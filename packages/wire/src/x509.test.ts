import assert from "node:assert/strict";
import { test } from "node:test";
import { p256 } from "@noble/curves/nist.js";
import { concatBytes, utf8 } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import fc from "fast-check";
import { accountText } from "./address.ts";
import { parseCertificate, verifyCertificateSignature } from "./x509.ts";
import { checkAccountCertificate, parseCertificatePem, verifyPeerCertificate } from "./x509-account.ts";
import { assembleCertificate, buildCertificate, buildCertificateBody, buildPublicKeyInfo } from "./x509-build.ts";
import { DerReader, derInteger, derOid, readDerInteger, readDerOid } from "./x509-der.ts";
import { decodePem, encodePem, encodePemBytes } from "./x509-pem.ts";
import { formatSeconds } from "./x509-time.ts";

const crypto = { hash: pureHash, verifier: pureVerifier };
const secret = pureHash.sha256(utf8("certificate"));
const publicKey = p256.getPublicKey(secret, false);
const address = accountText(pureHash.sha256(utf8("owner")).subarray(0, 20));
const template = {
  address,
  serial: 1_778_924_996_160_008_548n,
  notBefore: 1_700_000_000n,
  notAfter: 4_102_358_400n,
  publicKey,
  dnsNames: ["provider.example.com"],
  ipAddresses: [Uint8Array.of(127, 0, 0, 1)],
};
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function sign(body: Uint8Array): Uint8Array {
  return p256.sign(pureHash.sha256(body), secret, { prehash: false, lowS: true });
}

test("a built certificate says what it was made of, and its key signed it", () => {
  const parsed = parseCertificate(buildCertificate(template, sign));
  assert.ok(parsed.ok);
  const { serial, notBefore, notAfter, subjectCommonName, issuerCommonName, extensions } = parsed.value;
  assert.deepEqual(
    { serial, notBefore, notAfter },
    { serial: template.serial, notBefore: 1_700_000_000n, notAfter: 4_102_358_400n },
  );
  assert.deepEqual([subjectCommonName, issuerCommonName], [address, address]);
  assert.deepEqual(extensions.dnsNames, ["provider.example.com"]);
  assert.deepEqual(extensions.ipAddresses, [Uint8Array.of(127, 0, 0, 1)]);
  assert.equal(extensions.isCa, false);
  assert.ok(verifyCertificateSignature(parsed.value, publicKey, crypto));
});

test("the other of the two equivalent signatures counts too", () => {
  const body = buildCertificateBody(template);
  const low = sign(body);
  const s = low.subarray(32).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const high = Uint8Array.from({ length: 32 }, (_, i) => Number(((order - s) >> BigInt(8 * (31 - i))) & 0xffn));
  const parsed = parseCertificate(assembleCertificate(body, concatBytes(low.subarray(0, 32), high)));
  assert.ok(parsed.ok && verifyCertificateSignature(parsed.value, publicKey, crypto));
});

test("no changed byte passes for the owner's certificate, and none makes the parser throw", () => {
  const certificate = buildCertificate(template, sign);
  const key = encodePemBytes("EC PUBLIC KEY", buildPublicKeyInfo(publicKey));
  fc.assert(
    fc.property(fc.nat(certificate.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const bytes = certificate.slice();
      bytes[at] = (bytes[at] ?? 0) ^ change;
      const pem = { certificate: encodePemBytes("CERTIFICATE", bytes), publicKey: key };
      return !checkAccountCertificate(address, pem, crypto).ok;
    }),
    { numRuns: 300 },
  );
});

test("bytes that are no certificate are refused, whatever they are", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => !parseCertificate(bytes).ok));
});

test("a peer's certificate counts within its time and for its use only", () => {
  const parsed = parseCertificate(buildCertificate({ ...template, dnsNames: [], ipAddresses: [] }, sign));
  assert.ok(parsed.ok);
  const onChain = { certificate: parsed.value, publicKey };
  const check = (nowSeconds: bigint, usage: "clientAuth" | "serverAuth") =>
    verifyPeerCertificate(parsed.value, onChain, usage, { nowSeconds, ...crypto }).ok;
  assert.equal(check(template.notBefore, "clientAuth"), true);
  assert.equal(check(template.notBefore - 1n, "clientAuth"), false);
  assert.equal(check(template.notAfter, "clientAuth"), true);
  assert.equal(check(template.notAfter + 1n, "clientAuth"), false);
  assert.equal(check(template.notBefore, "serverAuth"), false);
});

test("PEM: what is written is read back, with text before it and other line ends", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = `note\n${encodePem("CERTIFICATE", bytes)}`.replaceAll("\n", "\r\n");
      const block = decodePem(utf8(text));
      assert.deepEqual(block === undefined ? undefined : [...block.bytes], [...bytes]);
      assert.equal(block?.rest.length, 0);
    }),
  );
  assert.equal(decodePem(utf8("-----BEGIN A-----\nAAAA\n-----END B-----\n")), undefined);
  assert.equal(parseCertificatePem(utf8("")).ok, false);
});

test("DER integers and object identifiers survive the round trip, and only minimal ones are read", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 1n << 200n }), (value) => {
      const element = new DerReader(derInteger(value)).any();
      assert.equal(readDerInteger(element?.content ?? new Uint8Array(0)), value);
    }),
  );
  assert.equal(readDerInteger(Uint8Array.of(0, 1)), undefined);
  assert.equal(readDerInteger(Uint8Array.of(0xff)), -1n);
  const oid = new DerReader(derOid("2.23.133.2.6")).any();
  assert.equal(readDerOid(oid?.content ?? new Uint8Array(0)), "2.23.133.2.6");
  // A length in more octets than it needs.
  assert.equal(new DerReader(Uint8Array.of(4, 0x81, 1, 0)).any(), undefined);
});

test("times are those of the calendar", () => {
  assert.equal(formatSeconds(1_704_164_645n), "2024-01-02T03:04:05Z");
  assert.equal(formatSeconds(951_782_400n), "2000-02-29T00:00:00Z");
  assert.equal(formatSeconds(-1n), "1969-12-31T23:59:59Z");
});
