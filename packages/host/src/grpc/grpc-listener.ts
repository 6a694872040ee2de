import { createServer, type Server as NetServer, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HostError, messageOf, systemCode } from "../errors.ts";
import { guardCalls } from "./call-guard.ts";
import type { GrpcService } from "./grpc-service.ts";
import { answerUnknown } from "./unknown-calls.ts";

/** Bounds of a gRPC server. */
export interface GrpcLimits {
  /** Bytes of one message. */
  readonly maxReceivedBytes: number;
  readonly maxSentBytes: number;
  /** Calls that one connection may have under way. */
  readonly maxStreams: number;
  readonly maxConnections: number;
  /** Memory of one HTTP/2 session, in MiB: a reader that never reads holds no more than this and one answer. */
  readonly maxSessionMemoryMib: number;
  /** A connection without calls ends after this long; a silent peer is found out by pings. */
  readonly idleMs: number;
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /** Time for a TLS handshake. */
  readonly handshakeMs: number;
  /** Time for a call's first message. A connection that takes longer is cut. */
  readonly requestMs: number;
  /** A connection on which nothing is read of an answer for so long is cut. */
  readonly stalledReaderMs: number;
  /** Bytes of answers that wait to be read, of all connections: more are refused. */
  readonly maxUnreadBytes: number;
}

/** The reference's for messages received, ours for what one connection may have in work. */
export const defaultGrpcLimits: GrpcLimits = {
  maxReceivedBytes: 10 * 1024 * 1024,
  maxSentBytes: 64 * 1024 * 1024,
  maxStreams: 100,
  maxConnections: 1_000,
  maxSessionMemoryMib: 10,
  idleMs: 15 * 60_000,
  pingIntervalMs: 60_000,
  pingTimeoutMs: 20_000,
  handshakeMs: 5_000,
  requestMs: 60_000,
  stalledReaderMs: 30_000,
  maxUnreadBytes: 256 * 1024 * 1024,
};

const closeGraceMs = 2_000;

/** How connections are secured: Node's options, for which ALPN and the time of a handshake are set here. */
export type GrpcTls = Omit<TlsOptions, "ALPNProtocols" | "handshakeTimeout">;

/** What {@link listenGrpc} needs. */
export interface GrpcListenerParams {
  readonly host: string;
  /** 0: the system picks one. */
  readonly port: number;
  readonly services: readonly GrpcService[];
  readonly limits?: Partial<GrpcLimits>;
  readonly tls?: GrpcTls;
  /** Counts a call of an address; false refuses it with RESOURCE_EXHAUSTED. Without it all are taken. */
  readonly admits?: (address: string) => boolean;
  /** Hears of every connection, after its handshake and before its first call. */
  readonly onConnection?: (socket: Socket) => void;
}

/** A gRPC server that listens. */
export interface GrpcListener {
  readonly port: number;
  /** `http://127.0.0.1:9090`; `https://` with TLS. */
  readonly url: string;
  /** Secures connections from the next one on with another certificate; does nothing without TLS. */
  renew(pair: { readonly cert: string; readonly key: string }): void;
  /** Stops accepting, lets running calls end for `graceMs`, then cuts what is left. */
  close(graceMs?: number): Promise<void>;
}

/** Serves these services over gRPC. Throws HostError when it cannot listen. */
export async function listenGrpc(params: GrpcListenerParams): Promise<GrpcListener> {
  const { host, tls, services } = params;
  const limits = { ...defaultGrpcLimits, ...params.limits };
  const sockets = new Map<string, Socket>();
  const guard = guardCalls({
    ...limits,
    admits: params.admits ?? (() => true),
    cut: (peer) => sockets.get(peer)?.destroy(),
  });
  const server = new Server({
    interceptors: [guard],
    "grpc.max_receive_message_length": limits.maxReceivedBytes,
    "grpc.max_send_message_length": limits.maxSentBytes,
    "grpc.max_concurrent_streams": limits.maxStreams,
    "grpc-node.max_session_memory": limits.maxSessionMemoryMib,
    "grpc.max_connection_idle_ms": limits.idleMs,
    "grpc.keepalive_time_ms": limits.pingIntervalMs,
    "grpc.keepalive_timeout_ms": limits.pingTimeoutMs,
    "grpc.enable_channelz": 0,
  });
  for (const { definition, handlers } of services) server.addService(definition, handlers);
  answerUnknown(server, services);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const take = (socket: Socket): void => {
    // Small answers are not to wait for more.
    socket.setNoDelay(true);
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    socket.once("close", () => sockets.delete(peer));
    params.onConnection?.(socket);
    injector.injectConnection(socket);
  };
  const secured = tls && createTlsServer({ ...tls, ALPNProtocols: ["h2"], handshakeTimeout: limits.handshakeMs }, take);
  secured?.on("tlsClientError", (_error, socket) => socket.destroy());
  const listener = secured ?? createServer(take);
  listener.maxConnections = limits.maxConnections;
  const port = await listen(listener, host, params.port);
  return {
    port,
    url: `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    renew: (pair) => secured?.setSecureContext({ ...tls, ...pair }),
    close: (graceMs = closeGraceMs) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => server.forceShutdown(), graceMs);
        listener.close();
        server.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}

/** The listener is ours and not grpc-js's, which takes any number of connections. */
function listen(listener: NetServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once("error", (error) => reject(listenError(error, host, port)));
    listener.listen(port, host, () => {
      const address = listener.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function listenError(error: unknown, host: string, port: number): HostError {
  const inUse = systemCode(error) === "EADDRINUSE";
  const problem = inUse
    ? `${host}:${port} is in use by another program`
    : `cannot listen on ${host}:${port}: ${messageOf(error)}`;
  return new HostError(inUse ? "address-in-use" : "io", inUse ? "user" : "platform", problem, { cause: error });
}
