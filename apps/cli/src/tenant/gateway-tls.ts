import { type ChainClient, checkProviderCertificate, type GatewayTransport, type ProviderTrust } from "@stoa/client";
import { type ClientIdentity, createNativeVerifier, nativeHash, ProviderTransport, systemClock } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { type OnChainCertificate, parseCertificatePem, parsePublicKeyPem } from "@stoa/wire";
import { Query as CertQuery, State } from "@stoa/wire/akash.cert.v1";

/** The valid certificate of an account by serial, as the chain has it. */
async function publishedCertificate(
  client: ChainClient,
  owner: string,
  serial: bigint,
): Promise<OnChainCertificate | undefined> {
  const filter = { owner, serial: serial.toString(), state: "valid" };
  const { certificates } = await client.query(CertQuery.method.certificates, { filter });
  const found = certificates[0]?.certificate;
  if (found === undefined || found.state !== State.valid) return undefined;
  const certificate = parseCertificatePem(found.cert);
  const publicKey = parsePublicKeyPem(found.pubkey);
  return certificate.ok && publicKey.ok ? { certificate: certificate.value, publicKey: publicKey.value } : undefined;
}

/** What a provider's server must show: the certificate that the provider published on the chain. */
function trustIn(client: ChainClient, address: string): ProviderTrust {
  const seen = new Map<bigint, Promise<OnChainCertificate | undefined>>();
  return {
    address,
    // One look at the chain for each certificate, not one for each connection.
    certificate(owner, serial) {
      const known = seen.get(serial) ?? publishedCertificate(client, owner, serial);
      seen.set(serial, known);
      known.catch(() => seen.delete(serial));
      return known;
    },
    hash: nativeHash,
    verifier: createNativeVerifier({ log: silentLog }),
    nowSeconds: () => systemClock.nowNs() / 1_000_000_000n,
  };
}

/** A token or a manifest never leaves on a connection that anybody can read. */
function requireTls(url: string): void {
  if (!/^(https|wss):/.test(url)) throw new Error(`${url} is not protected by TLS`);
}

/** A server's refusal of the certificate that we showed, in words. */
function refusedCertificate(cause: unknown): Error | undefined {
  if (
    !(cause instanceof Error) ||
    !/alert (bad|unknown|unsupported) ?certificate|alert certificate/.test(cause.message)
  )
    return undefined;
  return new Error("the provider does not take our certificate: is it revoked, expired, or not on the chain?", {
    cause,
  });
}

/**
 * The way to one provider's gateway: TLS to the holder of the certificate that it published on the chain. With an
 * identity the connection shows the tenant's own certificate.
 */
export function gatewayTransport(client: ChainClient, provider: string, identity?: ClientIdentity): GatewayTransport {
  const trust = trustIn(client, provider);
  const transport = new ProviderTransport({
    check: async (presented) => {
      const checked = await checkProviderCertificate(presented, trust);
      return checked.ok ? undefined : checked.error;
    },
    ...(identity === undefined ? {} : { identity }),
  });
  const reach = <T>(url: string, act: () => Promise<T>): Promise<T> => {
    requireTls(url);
    return act().catch((cause: unknown) => {
      throw refusedCertificate(cause) ?? cause;
    });
  };
  return {
    request: async (call) => reach(call.url, () => transport.request(call)),
    openSocket: async (url, headers, events) => reach(url, () => transport.openSocket(url, headers, events)),
  };
}
