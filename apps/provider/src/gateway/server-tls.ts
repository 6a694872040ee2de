/** How both of the provider's servers secure their connections (provider.md §6.1). */
import { createSecureContext, type SecureContext, type TlsOptions } from "node:tls";

/** PEM of a certificate and its key. */
export interface KeyPair {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface ServerTlsParams {
  /** The self-signed certificate that the provider published on the chain. */
  readonly onChain: KeyPair;
  /** A certificate of a public authority, shown to clients that ask for exactly this name. */
  readonly publicName?: { readonly hostname: string; readonly pair: KeyPair };
}

/** TLS 1.3. Client certificates are wished for and held against the chain in `peer.ts`, not against authorities. */
export function serverTls({ onChain, publicName }: ServerTlsParams): TlsOptions {
  return {
    cert: onChain.certificate,
    key: onChain.privateKey,
    minVersion: "TLSv1.3",
    requestCert: true,
    rejectUnauthorized: false,
    SNICallback: (name, done) => done(null, name === publicName?.hostname ? contextOf(publicName.pair) : undefined),
  };
}

function contextOf({ certificate, privateKey }: KeyPair): SecureContext {
  return createSecureContext({ cert: certificate, key: privateKey, minVersion: "TLSv1.3" });
}
