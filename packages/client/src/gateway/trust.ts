/** Whether a server is the provider that it should be: by the certificate that the provider published on the chain. */
import { err, type Hash, ok, type Result, type Verifier } from "@stoa/std";
import { type OnChainCertificate, parseCertificate, readPeerIdentity, verifyPeerCertificate } from "@stoa/wire";

export interface ProviderTrust {
  /** Address of the provider. */
  readonly address: string;
  /** The valid certificate of an account by serial; undefined when it is absent or revoked. */
  readonly certificate: (owner: string, serial: bigint) => Promise<OnChainCertificate | undefined>;
  readonly hash: Hash;
  readonly verifier: Verifier;
  readonly nowSeconds: () => bigint;
}

/**
 * Checks what a server presented, leaf first, as DER. The host's name does not matter: the account is the identity
 * (provider.md §6.2).
 */
export async function checkProviderCertificate(
  presented: readonly Uint8Array[],
  trust: ProviderTrust,
): Promise<Result<null, string>> {
  const certificates = presented.map(parseCertificate);
  const parsed = certificates.flatMap((certificate) => (certificate.ok ? [certificate.value] : []));
  if (parsed.length !== certificates.length) return err("the server's certificate cannot be read");
  const peer = readPeerIdentity(parsed);
  if (!peer.ok) return peer;
  const { owner, certificate } = peer.value;
  if (owner !== trust.address) return err(`the server's certificate is of ${owner}, not of ${trust.address}`);
  const onChain = await trust.certificate(owner, certificate.serial);
  const { hash, verifier } = trust;
  const verified = verifyPeerCertificate(certificate, onChain, "serverAuth", {
    nowSeconds: trust.nowSeconds(),
    hash,
    verifier,
  });
  return verified.ok ? ok(null) : verified;
}
