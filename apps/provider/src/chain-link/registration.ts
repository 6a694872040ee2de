/** Makes the chain know this provider: its record and its certificate, each only when it is not there already. */
import { create } from "@bufbuild/protobuf";
import type { ChainClient } from "@stoa/client";
import { type Log, utf8 } from "@stoa/std";
import { CertificateFilterSchema, Query as CertQuery } from "@stoa/wire/akash.cert.v1";
import type { NewCertificate } from "../gateway/certificate.ts";
import type { MarketReader } from "./market-reads.ts";
import type { MarketWriter, Registration } from "./market-writes.ts";

export interface IdentityParams {
  readonly client: ChainClient;
  readonly reads: MarketReader;
  readonly writes: MarketWriter;
  readonly owner: string;
  readonly registration: Registration;
  readonly certificate: NewCertificate;
  readonly log: Log;
}

export async function publishIdentity(params: IdentityParams): Promise<void> {
  const { client, reads, writes, owner, registration, certificate, log } = params;
  const record = await reads.registration();
  const known = record !== null;
  const same =
    record !== null &&
    record.hostUri === registration.hostUri &&
    attributesText(record.attributes) === attributesText(registration.attributes);
  if (!same) {
    await writes.register(registration, known);
    log.info(known ? "registration updated" : "registered", { hostUri: registration.hostUri });
  }
  const serial = String(certificate.serial);
  const filter = create(CertificateFilterSchema, { owner, serial });
  const { certificates } = await client.query(CertQuery.method.certificates, { filter });
  if (certificates.some((each) => each.serial === serial)) return;
  await writes.publishCertificate(utf8(certificate.certificate), utf8(certificate.publicKey));
  log.info("certificate published", { serial });
}

function attributesText(attributes: Registration["attributes"]): string {
  return attributes.map(({ key, value }) => `${key}=${value}`).join("\n");
}
