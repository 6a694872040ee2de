/**
 * The fatal TLS alert 42 (bad_certificate) for a client whose certificate the chain does not know. The reference
 * refuses within the handshake; here the certificate is judged right after it, and Node offers no way to send an
 * alert, so the one record is sealed here with the connection's own keys (RFC 8446 §5.2, §7.3). Should the sealing
 * not fit, the client sees the connection end without an answer all the same.
 */
import { createCipheriv, createHmac } from "node:crypto";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

interface Suite {
  readonly cipher: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";
  readonly hash: "sha256" | "sha384";
  readonly keyBytes: 16 | 32;
}

/** The cipher suites of TLS 1.3 that OpenSSL offers. */
const suites: Readonly<Record<string, Suite>> = {
  TLS_AES_128_GCM_SHA256: { cipher: "aes-128-gcm", hash: "sha256", keyBytes: 16 },
  TLS_AES_256_GCM_SHA384: { cipher: "aes-256-gcm", hash: "sha384", keyBytes: 32 },
  TLS_CHACHA20_POLY1305_SHA256: { cipher: "chacha20-poly1305", hash: "sha256", keyBytes: 32 },
};

const ivBytes = 12;
const tagBytes = 16;
/** Level fatal, description bad_certificate, then the record's true type: alert. */
const alertRecord = Uint8Array.of(2, 42, 0x15);
/** OpenSSL sends two session tickets after a full handshake and one after a resumed one: the records before ours. */
const ticketsFull = 2;
const ticketsResumed = 1;

/** HKDF-Expand-Label with an empty context, for outputs no longer than the hash. */
function expandLabel(hash: Suite["hash"], secret: Uint8Array, label: string, length: number): Buffer {
  const full = `tls13 ${label}`;
  const info = Buffer.concat([Uint8Array.of(0, length, full.length), Buffer.from(full, "latin1"), Uint8Array.of(0)]);
  return createHmac(hash, secret).update(info).update(Uint8Array.of(1)).digest().subarray(0, length);
}

/** The sealed record, `sequence` being the number of records that the server has sent under this secret. */
function sealAlert(suite: Suite, secret: Uint8Array, sequence: number): Buffer {
  const key = expandLabel(suite.hash, secret, "key", suite.keyBytes);
  const nonce = expandLabel(suite.hash, secret, "iv", ivBytes);
  nonce[ivBytes - 1] = (nonce[ivBytes - 1] ?? 0) ^ sequence;
  const header = Uint8Array.of(0x17, 3, 3, 0, alertRecord.length + tagBytes);
  // One algorithm name at a time: Node's types tell GCM and Poly1305 apart, their use is the same.
  const cipher = createCipheriv(suite.cipher as "aes-128-gcm", key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(header);
  const sealed = cipher.update(alertRecord);
  cipher.final();
  return Buffer.concat([header, sealed, cipher.getAuthTag()]);
}

const secretLine = /^SERVER_TRAFFIC_SECRET_0 [0-9a-f]+ ([0-9a-f]+)\s*$/;

/** The server's secret of a connection, from a line of the key log; undefined for other lines. */
export function serverSecret(line: Buffer): Uint8Array | undefined {
  const hex = secretLine.exec(line.toString("latin1"))?.[1];
  return hex === undefined ? undefined : Buffer.from(hex, "hex");
}

/** Sends the alert below TLS, on the connection that carries it. */
export function sendBadCertificate(tls: TLSSocket, carrier: Socket, secret: Uint8Array): void {
  const suite = suites[tls.getCipher().standardName];
  if (suite === undefined || tls.getProtocol() !== "TLSv1.3") return;
  const sequence = tls.isSessionReused() ? ticketsResumed : ticketsFull;
  carrier.write(sealAlert(suite, secret, sequence));
}
