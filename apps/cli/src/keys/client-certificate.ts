/** The tenant's certificate for mTLS: made here, published on the chain, kept beside the key (provider.md §6.1). */
import { generateKeyPairSync, sign } from "node:crypto";
import { systemClock } from "@stoa/host";
import { concatBytes, fromBase64Url } from "@stoa/std";
import { buildCertificate, buildPublicKeyInfo, encodePem, pemTypes } from "@stoa/wire";

/** A certificate and its keys, as PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  /** What MsgCreateCertificate carries beside the certificate. */
  readonly publicKey: string;
}

const nsPerSecond = 1_000_000_000n;
const secondsPerDay = 86_400n;
const uncompressed = 4;

/** A new key on P-256 and its self-signed certificate for an account. */
export function newClientCertificate(address: string, validDays: number): ClientCertificate {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = privateKey.export({ format: "jwk" });
  const empty = new Uint8Array();
  const point = concatBytes(Uint8Array.of(uncompressed), fromBase64Url(x) ?? empty, fromBase64Url(y) ?? empty);
  const nowNs = systemClock.nowNs();
  const notBefore = nowNs / nsPerSecond;
  const notAfter = notBefore + BigInt(validDays) * secondsPerDay;
  const der = buildCertificate({ address, serial: nowNs, notBefore, notAfter, publicKey: point }, (body) =>
    sign("sha256", body, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  );
  return {
    certificate: encodePem(pemTypes.certificate, der),
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: encodePem(pemTypes.ecPublicKey, buildPublicKeyInfo(point)),
  };
}
