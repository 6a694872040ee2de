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
  const serial = String(certificate.serial);
  const filter = create(CertificateFilterSchema, { owner, serial });
  const [record, { certificates }] = await Promise.all([
    reads.registration(),
    client.query(CertQuery.method.certificates, { filter }),
  ]);
  const same =
    record !== null &&
    record.hostUri === registration.hostUri &&
    attributesText(record.attributes) === attributesText(registration.attributes);
  const published = certificates.some((each) => each.serial === serial);
  if (same && published) return;
  await writes.introduce({
    registration: same ? null : registration,
    known: record !== null,
    certificate: published ? null : { cert: utf8(certificate.certificate), pubkey: utf8(certificate.publicKey) },
  });
  log.info("introduced to the chain", { hostUri: registration.hostUri, certificate: serial });
}

function attributesText(attributes: Registration["attributes"]): string {
  return attributes.map(({ key, value }) => `${key}=${value}`).join("\n");
}
