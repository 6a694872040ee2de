/** Replaces the published certificate of a provider that runs for longer than it lasts. */
import type { Log } from "@stoa/std";
import type { NewCertificate } from "../gateway/certificate.ts";

export interface CertificateRenewalParams {
  /** What the servers show now. */
  readonly shown: NewCertificate;
  /** What they should show: the kept one, or a new one, kept from now on, when that is too old. */
  readonly wanted: () => NewCertificate;
  /** Resolves when the chain has it. */
  readonly publish: (certificate: NewCertificate) => Promise<void>;
  readonly show: (certificate: NewCertificate) => void;
  readonly log: Log;
}

export class CertificateRenewal {
  readonly #params: CertificateRenewalParams;
  #shown: bigint;
  #looking: Promise<void> | null = null;

  constructor(params: CertificateRenewalParams) {
    this.#params = params;
    this.#shown = params.shown.serial;
  }

  /** Clients see the new certificate only when the chain vouches for it. Rejects when it cannot be published now. */
  look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    const { wanted, publish, show, log } = this.#params;
    const certificate = wanted();
    if (certificate.serial === this.#shown) return;
    await publish(certificate);
    show(certificate);
    this.#shown = certificate.serial;
    log.info("certificate renewed", { serial: String(certificate.serial) });
  }
}
