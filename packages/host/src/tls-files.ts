import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { HostError, messageOf } from "./errors.ts";

/** A certificate chain and its key, in PEM. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: "TLSv1.2";
}

/**
 * Reads the files of the settings `tlsCertificate` and `tlsKey`; undefined when neither is named. Throws HostError when
 * they cannot be used.
 */
export function readTlsFiles(certificate: string, key: string): TlsFiles | undefined {
  if (certificate === "" && key === "") return undefined;
  try {
    const files: TlsFiles = { cert: readFileSync(certificate), key: readFileSync(key), minVersion: "TLSv1.2" };
    createSecureContext(files);
    return files;
  } catch (error) {
    const where = `tlsCertificate ${JSON.stringify(certificate)} and tlsKey ${JSON.stringify(key)}`;
    throw new HostError("io", "user", `${where} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}
