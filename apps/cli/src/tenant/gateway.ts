import { type ChainClient, fullAccess, GatewayClient, GatewayError, newToken } from "@stoa/client";
import { type ClientIdentity, nativeHash, systemClock } from "@stoa/host";
import type { LeaseId, OrderId } from "@stoa/market";
import type { CompiledSdl } from "@stoa/sdl";
import { Query as ProviderQuery } from "@stoa/wire/akash.provider.v1beta4";
import { type PrivateKey, signDigest } from "@stoa/wire/wallet";
import { CliError } from "../command.ts";
import { addressOfKey } from "../keys/key-store.ts";
import { gatewayTransport } from "./gateway-tls.ts";

/** What runs of one service of a lease, as its provider says. */
export interface ServiceState {
  readonly name: string;
  readonly total: number;
  readonly available: number;
  /** Why replicas are missing; "" when all run or nothing is known. */
  readonly reason: string;
  /** Host names with their router's port, and for HTTP `127.0.0.1:PORT`. */
  readonly uris: readonly string[];
  /** `HOST:PORT` of forwarded ports. */
  readonly forwarded: readonly string[];
}

/** Why a provider did not bid. */
export interface DeclineReasons {
  readonly provider: string;
  readonly reasons: readonly string[];
}

/** The reference's clients take fifteen minutes. */
const tokenSeconds = 900n;

/** The tenant's side of the providers' gateways: finds them on the chain, shows a token, explains failures. */
export class TenantGateway {
  readonly #client: ChainClient;
  readonly #key: PrivateKey;
  readonly #identity: ClientIdentity | undefined;
  readonly #gateways = new Map<string, Promise<GatewayClient>>();

  /** @param identity shown in the place of a token (mTLS) */
  constructor(client: ChainClient, key: PrivateKey, identity?: ClientIdentity) {
    this.#client = client;
    this.#key = key;
    this.#identity = identity;
  }

  /**
   * Gets to know a provider while there is time: where its gateway is, and whose certificate it shows. What fails is
   * told by the first call that needs it.
   */
  prepare(provider: string): void {
    this.of(provider)
      .then((gateway) => gateway.version())
      .catch(() => undefined);
  }

  /** The gateway's URL of a registered provider. */
  async hostUri(provider: string): Promise<string> {
    const { provider: record } = await this.#client.query(ProviderQuery.method.provider, { owner: provider });
    if (record === undefined) throw new CliError("no_such_provider", `${provider} is not registered as a provider`);
    return record.hostUri;
  }

  /** A client of one provider's gateway. */
  of(provider: string): Promise<GatewayClient> {
    const known = this.#gateways.get(provider);
    if (known !== undefined) return known;
    const made = this.hostUri(provider).then(
      (hostUri) =>
        new GatewayClient({
          hostUri,
          transport: gatewayTransport(this.#client, provider, this.#identity),
          ...(this.#identity === undefined ? { token: () => this.#token(provider) } : {}),
        }),
    );
    this.#gateways.set(provider, made);
    made.catch(() => this.#gateways.delete(provider));
    return made;
  }

  #token(provider: string): string {
    const nowSeconds = systemClock.nowNs() / 1_000_000_000n;
    const wishes = {
      owner: addressOfKey(this.#key),
      nowSeconds,
      lifetimeSeconds: tokenSeconds,
      leases: fullAccess,
      audience: [provider],
    };
    return newToken(wishes, (bytes) => signDigest(this.#key.secret, nativeHash.sha256(bytes)));
  }

  async sendManifest(lease: LeaseId, compiled: CompiledSdl): Promise<void> {
    try {
      const gateway = await this.of(lease.provider);
      await gateway.sendManifest(lease.dseq, JSON.stringify(compiled.manifest));
    } catch (error) {
      throw gatewayFailure(`sending the manifest to ${lease.provider}`, error);
    }
  }

  async leaseServices(lease: LeaseId): Promise<readonly ServiceState[]> {
    let status: Awaited<ReturnType<GatewayClient["leaseStatus"]>>;
    try {
      status = await (await this.of(lease.provider)).leaseStatus(lease);
    } catch (error) {
      // Between the manifest and the first container there is nothing to tell yet.
      if (error instanceof GatewayError && error.code === "not-found") return [];
      throw gatewayFailure(`asking ${lease.provider} for the lease's status`, error);
    }
    return Object.values(status.services).map((service) => ({
      name: service.name,
      total: service.total,
      available: service.available,
      reason: reasonOf(service.name, status.errors ?? []),
      uris: service.uris ?? [],
      forwarded: (status.forwarded_ports?.[service.name] ?? []).map(
        ({ host, externalPort }) => `${host ?? "127.0.0.1"}:${externalPort}`,
      ),
    }));
  }

  /** Asks every registered provider why it did not bid on an order. */
  async declineReasons(order: OrderId): Promise<readonly DeclineReasons[]> {
    const { providers } = await this.#client.query(ProviderQuery.method.providers, {});
    return Promise.all(
      providers.map(async ({ owner }) => {
        try {
          const { reasons } = await (await this.of(owner)).order(order);
          return { provider: owner, reasons };
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          return { provider: owner, reasons: [`does not tell: ${why}`] };
        }
      }),
    );
  }
}

function reasonOf(service: string, errors: readonly string[]): string {
  const own = errors.find((text) => text.startsWith(`${service}: `));
  return own === undefined ? "" : own.slice(service.length + 2);
}

/** A gateway's failure as the CLI tells it. */
export function gatewayFailure(doing: string, error: unknown): CliError {
  if (!(error instanceof GatewayError)) {
    if (error instanceof CliError) return error;
    throw error;
  }
  const hint =
    error.fault === "platform"
      ? "is the provider running, and is its machine reachable? try again in a moment"
      : "stoa status DSEQ shows what the provider runs";
  return new CliError(`gateway_${error.code.replaceAll("-", "_")}`, `${doing}: ${error.message}`, {
    cause: error,
    hint,
  });
}
