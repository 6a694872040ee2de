/** The provider's own certificate: generated here, published on the chain, shown to clients (provider.md §6.1). */
import { generateKeyPairSync, sign } from "node:crypto";
import { isIP } from "node:net";
import { buildCertificate, buildPublicKeyInfo, encodePem, pemTypes } from "@stoa/wire";
import type { KeyPair } from "./server-tls.ts";

export interface NewCertificate extends KeyPair {
  /** PEM that MsgCreateCertificate carries beside the certificate. */
  readonly publicKey: string;
  readonly serial: bigint;
}

export interface CertificateWishes {
  /** Bech32 address of the account. */
  readonly address: string;
  /** Host names and IPv4 addresses of a server; empty for a client. */
  readonly hosts: readonly string[];
  readonly nowNs: bigint;
  readonly validDays: number;
}

const nsPerSecond = 1_000_000_000n;
const secondsPerDay = 86_400n;

/** Bytes of the uncompressed point in a JWK of P-256. */
function pointOf(jwk: { readonly x?: string; readonly y?: string }): Uint8Array {
  const part = (text: string | undefined) => Buffer.from(text ?? "", "base64url");
  return Buffer.concat([Uint8Array.of(4), part(jwk.x), part(jwk.y)]);
}

/** A new key on P-256 and its self-signed certificate in the reference's form; the serial is the time in nanoseconds. */
export function newCertificate(wishes: CertificateWishes): NewCertificate {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = pointOf(privateKey.export({ format: "jwk" }));
  const notBefore = wishes.nowNs / nsPerSecond;
  const der = buildCertificate(
    {
      address: wishes.address,
      serial: wishes.nowNs,
      notBefore,
      notAfter: notBefore + BigInt(wishes.validDays) * secondsPerDay,
      publicKey,
      dnsNames: wishes.hosts.filter((host) => isIP(host) === 0),
      ipAddresses: wishes.hosts
        .filter((host) => isIP(host) === 4)
        .map((host) => Uint8Array.from(host.split("."), Number)),
    },
    (body) => sign("sha256", body, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  );
  return {
    certificate: encodePem(pemTypes.certificate, der),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: encodePem(pemTypes.ecPublicKey, buildPublicKeyInfo(publicKey)),
    serial: wishes.nowNs,
  };
}
