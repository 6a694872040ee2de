/** How both of the provider's servers secure their connections (provider.md §6.1). */
import type { SecureContext, TlsOptions } from "node:tls";

/** PEM of a certificate and its key. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A host name and what its connections are secured with now. */
export interface PublicName {
  readonly hostname: string;
  context(): SecureContext;
}

export interface ServerTlsParams {
  /** The self-signed certificate that the provider published on the chain. */
  readonly onChain: KeyPair;
  /** What is shown to clients that ask for exactly this name: a certificate of a public authority. */
  readonly publicName?: PublicName;
}

/** TLS 1.3. Client certificates are wished for and held against the chain in `peer.ts`, not against authorities. */
export function serverTls({ onChain, publicName }: ServerTlsParams): TlsOptions {
  return {
    cert: onChain.certificate,
    key: onChain.privateKey,
    minVersion: "TLSv1.3",
    requestCert: true,
    rejectUnauthorized: false,
    SNICallback: (name, done) => done(null, name === publicName?.hostname ? publicName.context() : undefined),
  };
}
