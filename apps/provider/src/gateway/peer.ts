/** The certificate that a client's connection showed, held against the chain's (provider.md §6.2). */
import type { TLSSocket } from "node:tls";
import { err, type Hash, ok, type Result, type Verifier } from "@stoa/std";
import { parseCertificate, readPeerIdentity, verifyPeerCertificate, type X509Certificate } from "@stoa/wire";
import type { ChainQueries } from "./ports.ts";

export interface PeerParams {
  readonly chain: ChainQueries;
  readonly hash: Hash;
  readonly verifier: Verifier;
  readonly nowSeconds: () => bigint;
}

/** A certificate counts this long, in seconds, without another look at the chain. */
export const certificateTrustS = 60n;
/** A peer may send a chain; more than this is not looked at, as more than one is refused anyway. */
const maxChain = 4;

/** The certificates that the client sent, leaf first. */
function presented(socket: TLSSocket): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && found.length < maxChain) {
    found.push(next.raw);
    next = next.issuerCertificate;
  }
  return found;
}

/** The account of a connection's certificate: undefined without one, an error text for a bad one. */
export async function verifyPeer(socket: TLSSocket, params: PeerParams): Promise<Result<string | undefined, string>> {
  const raw = presented(socket);
  if (raw.length === 0) return ok(undefined);
  const certificates: X509Certificate[] = [];
  for (const der of raw) {
    const certificate = parseCertificate(der);
    if (!certificate.ok) return err(certificate.error.message);
    certificates.push(certificate.value);
  }
  const peer = readPeerIdentity(certificates);
  if (!peer.ok) return peer;
  const { owner, certificate } = peer.value;
  const onChain = await params.chain.certificate(owner, certificate.serial);
  const at = { nowSeconds: params.nowSeconds(), hash: params.hash, verifier: params.verifier };
  const verified = verifyPeerCertificate(certificate, onChain, "clientAuth", at);
  return verified.ok ? ok(owner) : verified;
}
