/** What the gateway asks of the chain. */
import { create } from "@bufbuild/protobuf";
import { type ChainClient, isNotFound } from "@stoa/client";
import { decode, type OnChainCertificate, parseCertificatePem, parsePublicKeyPem, publicKeyFromAny } from "@stoa/wire";
import { CertificateFilterSchema, Query as CertQuery } from "@stoa/wire/akash.cert.v1";
import { Query as AuthQuery, BaseAccountSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import type { LeaseId } from "../engine/workload.ts";
import type { ChainQueries, DeploymentFacts } from "../gateway/ports.ts";
import type { MarketReader } from "./market-reads.ts";

export class GatewayQueries implements ChainQueries {
  readonly #client: ChainClient;
  readonly #reads: MarketReader;

  constructor(client: ChainClient, reads: MarketReader) {
    this.#client = client;
    this.#reads = reads;
  }

  async accountPublicKey(address: string): Promise<Uint8Array | undefined> {
    try {
      const { account } = await this.#client.query(AuthQuery.method.account, { address });
      if (account?.typeUrl !== `/${BaseAccountSchema.typeName}`) return undefined;
      const { pubKey } = decode(BaseAccountSchema, account.value);
      const key = pubKey === undefined ? undefined : publicKeyFromAny(pubKey);
      return key?.ok === true && key.value.type === "secp256k1" ? key.value.key : undefined;
    } catch (cause) {
      if (isNotFound(cause)) return undefined;
      throw cause;
    }
  }

  async certificate(owner: string, serial: bigint): Promise<OnChainCertificate | undefined> {
    const filter = create(CertificateFilterSchema, { owner, serial: String(serial), state: "valid" });
    const { certificates } = await this.#client.query(CertQuery.method.certificates, { filter });
    const found = certificates.find((each) => each.serial === String(serial))?.certificate;
    if (found === undefined) return undefined;
    const certificate = parseCertificatePem(found.cert);
    const publicKey = parsePublicKeyPem(found.pubkey);
    return certificate.ok && publicKey.ok ? { certificate: certificate.value, publicKey: publicKey.value } : undefined;
  }

  async deployment(owner: string, dseq: bigint): Promise<DeploymentFacts | undefined> {
    return (await this.#reads.deployment(owner, dseq)) ?? undefined;
  }

  async leases(owner: string, dseq: bigint): Promise<readonly LeaseId[]> {
    return (await this.#reads.ownLeases({ owner, dseq })).map(({ lease }) => lease);
  }
}
