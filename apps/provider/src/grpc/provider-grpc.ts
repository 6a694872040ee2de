/** The provider's gRPC server: TLS 1.3 with client certificates, tokens, reflection (provider.md §6.1, §6.7). */
import type { TLSSocket } from "node:tls";
import type { ClientRate } from "@stoa/host";
import { type GrpcListener, listenGrpc, reflectionServices } from "@stoa/host/grpc";
import type { Hash, Timers, Verifier } from "@stoa/std";
import { ProviderRPC } from "@stoa/wire/akash.provider.v1";
import { ServerReflection } from "@stoa/wire/grpc.reflection.v1";
import { ServerReflection as ServerReflectionAlpha } from "@stoa/wire/grpc.reflection.v1alpha";
import { serverReflection } from "@stoa/wire/server-reflection";
import { KeyCache } from "../gateway/key-cache.ts";
import type { ChainQueries, StatusSource } from "../gateway/ports.ts";
import { type KeyPair, type ServerTlsParams, serverTls } from "../gateway/server-tls.ts";
import { sharedRead } from "../gateway/shared-read.ts";
import { judgeCall } from "./grpc-auth.ts";
import { PeerBook } from "./peer-book.ts";
import { providerRpc } from "./provider-rpc.ts";
import { StatusFeed } from "./status-feed.ts";
import { stamped, statusMessage } from "./status-message.ts";

/** The reference's bound of a message; what is sent here is a status. */
const maxMessageBytes = 4 * 1024 * 1024;
/** Followers of the status at once: some tens of MiB with a busy machine's status. */
const defaultMaxFollowers = 1_000;
/** Whoever asks for the status within this gets one answer of the engine's. */
const readMs = 1_000;

export interface ProviderGrpcParams extends ServerTlsParams {
  /** This provider's address. */
  readonly address: string;
  readonly chain: ChainQueries;
  readonly status: StatusSource;
  readonly hash: Hash;
  readonly verifier: Verifier;
  readonly nowNs: () => bigint;
  readonly timers: Timers;
  readonly maxFollowers?: number;
  /** Counts calls by the connection's address; without it all are taken. */
  readonly rate?: ClientRate;
}

/** A server that opens where it is told to. */
export class ProviderGrpc {
  readonly #params: ProviderGrpcParams;
  readonly #feed: StatusFeed;
  readonly #status: () => ReturnType<StatusSource["status"]>;
  #listener: GrpcListener | undefined;

  constructor(params: ProviderGrpcParams) {
    this.#params = params;
    const { status, nowNs, timers } = params;
    this.#status = sharedRead(
      () => status.status(),
      readMs,
      () => Number(nowNs() / 1_000_000n),
    );
    this.#feed = new StatusFeed({ read: async () => statusMessage(await status.status()), nowNs, timers });
  }

  /** Listens and answers the port in use. Throws HostError when the address cannot be had. */
  async listen(port: number, host: string): Promise<number> {
    const { address, chain, hash, verifier, nowNs, maxFollowers, rate } = this.#params;
    const nowSeconds = () => nowNs() / 1_000_000_000n;
    const peers = new PeerBook({ chain, hash, verifier, nowSeconds });
    const judging = { provider: address, keys: new KeyCache(chain), hash, verifier, nowSeconds, peers };
    const rpc = providerRpc({
      judge: (metadata, peer) => judgeCall(metadata, peer, judging),
      status: async () => stamped(statusMessage(await this.#status()), nowNs()),
      feed: this.#feed,
      maxFollowers: maxFollowers ?? defaultMaxFollowers,
    });
    const described = [ProviderRPC, ServerReflection, ServerReflectionAlpha].map(({ file }) => file);
    this.#listener = await listenGrpc({
      host,
      port,
      services: [rpc, ...reflectionServices(serverReflection({ services: [ProviderRPC.typeName], files: described }))],
      limits: { maxReceivedBytes: maxMessageBytes, maxSentBytes: maxMessageBytes },
      ...(rate === undefined ? {} : { admits: (address) => rate.takes(address) }),
      tls: serverTls(this.#params),
      onConnection: (socket) => peers.add(socket as TLSSocket),
    });
    return this.#listener.port;
  }

  /** Shows another published certificate from the next connection on. */
  renew({ certificate, privateKey }: KeyPair): void {
    this.#listener?.renew({ cert: certificate, key: privateKey });
  }

  /** Ends who follows the status, then everything else. */
  async close(): Promise<void> {
    this.#feed.close();
    await this.#listener?.close();
  }
}
