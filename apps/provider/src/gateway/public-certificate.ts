/** A certificate of a public authority for the provider's host name, read again when its files change. */
import { statSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { HostError, messageOf, readTlsFiles } from "@stoa/host";
import type { Log } from "@stoa/std";

/** Files are looked at no oftener: a renewed certificate is shown this soon. */
const lookEveryMs = 60_000;

export interface PublicCertificateParams {
  /** The name that clients ask for. */
  readonly hostname: string;
  /** PEM files: the certificate with its chain, and the key. */
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly nowMs: () => number;
  readonly log: Log;
}

export class PublicCertificate {
  readonly hostname: string;
  readonly #params: PublicCertificateParams;
  #context: SecureContext;
  #stamp: string;
  #lookedAtMs: number;

  /** Throws HostError when the files cannot be used. */
  constructor(params: PublicCertificateParams) {
    this.#params = params;
    this.hostname = params.hostname;
    this.#stamp = this.#stampNow();
    this.#context = this.#read();
    this.#lookedAtMs = params.nowMs();
  }

  /** What a connection for the name is secured with now. */
  context(): SecureContext {
    const { nowMs, log } = this.#params;
    if (nowMs() - this.#lookedAtMs < lookEveryMs) return this.#context;
    this.#lookedAtMs = nowMs();
    try {
      const stamp = this.#stampNow();
      if (stamp === this.#stamp) return this.#context;
      this.#context = this.#read();
      this.#stamp = stamp;
      log.info("the public certificate was read again", { hostname: this.hostname });
    } catch (cause) {
      // Half of a renewal, or a folder that was closed to us: the old one serves, and the next look comes.
      log.warn("the public certificate cannot be read", { hostname: this.hostname, reason: messageOf(cause) });
    }
    return this.#context;
  }

  #read(): SecureContext {
    const { certificateFile, keyFile } = this.#params;
    const files = readTlsFiles(certificateFile, keyFile);
    if (files === undefined) throw new HostError("io", "user", "tlsCertificate and tlsKey are not named");
    return createSecureContext({ ...files, minVersion: "TLSv1.3" });
  }

  /** When both files were last written. */
  #stampNow(): string {
    const { certificateFile, keyFile } = this.#params;
    return [certificateFile, keyFile].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join("/");
  }
}
