import { createServer, type Server as NetServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { HostError, messageOf, systemCode } from "@stoa/host";
import type { Log } from "@stoa/std";
import { registry } from "@stoa/wire/registry";
import { heightHeader, readHeightHeader } from "../services/height-header.ts";
import { atHeight, ServiceError } from "../services/service-error.ts";
import type { ServiceMethod, ServiceTable } from "../services/service-table.ts";
import type { TlsFiles } from "../tls-files.ts";
import { type GrpcService, rawBytes } from "./raw-service.ts";
import { reflectionServices } from "./reflection.ts";

/** Bounds of the server: the reference's for messages, ours for what one connection may have in work. */
const maxReceivedBytes = 10 * 1024 * 1024;
const maxSentBytes = 64 * 1024 * 1024;
const maxStreams = 100;
const maxConnections = 1_000;
/** Memory of one HTTP/2 session, in MiB: a reader that never reads holds no more than this and one answer. */
const maxSessionMemoryMib = 10;
/** A connection without calls ends after this long; a silent peer is found out by pings. */
const idleMs = 15 * 60_000;
const pingIntervalMs = 60_000;
const pingTimeoutMs = 20_000;
const closeGraceMs = 2_000;

/** What {@link startGrpcServer} needs. */
export interface GrpcServerParams {
  readonly host: string;
  /** 0: the system picks one. */
  readonly port: number;
  readonly services: ServiceTable;
  readonly tls?: TlsFiles;
  readonly log: Log;
}

/** A gRPC server that listens. */
export interface GrpcServer {
  readonly port: number;
  /** `http://127.0.0.1:9090`; `https://` with TLS. */
  readonly url: string;
  /** Stops accepting, lets running calls end for `graceMs`, then cuts what is left. */
  close(graceMs?: number): Promise<void>;
}

/** Serves the table over gRPC with reflection (base-chain.md §6.1). Throws HostError when it cannot listen. */
export async function startGrpcServer(params: GrpcServerParams): Promise<GrpcServer> {
  const { host, services, log } = params;
  const server = new Server({
    "grpc.max_receive_message_length": maxReceivedBytes,
    "grpc.max_send_message_length": maxSentBytes,
    "grpc.max_concurrent_streams": maxStreams,
    "grpc-node.max_session_memory": maxSessionMemoryMib,
    "grpc.max_connection_idle_ms": idleMs,
    "grpc.keepalive_time_ms": pingIntervalMs,
    "grpc.keepalive_timeout_ms": pingTimeoutMs,
    "grpc.enable_channelz": 0,
  });
  for (const { definition, handlers } of [...unaryServices(services, log), ...reflectionServices(services)]) {
    server.addService(definition, handlers);
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const take = (socket: Socket): void => {
    // Small answers are not to wait for more.
    socket.setNoDelay(true);
    injector.injectConnection(socket);
  };
  const { tls } = params;
  const listener = tls === undefined ? createServer(take) : createTlsServer({ ...tls, ALPNProtocols: ["h2"] }, take);
  listener.maxConnections = maxConnections;
  const port = await listen(listener, host, params.port);
  return {
    port,
    url: `${params.tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
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

/** Handlers for every unary method of our descriptors: those that are not served say so in the reference's words. */
function unaryServices(services: ServiceTable, log: Log): GrpcService[] {
  const served = new Set([...services.values()].map(({ descriptor }) => descriptor.parent.typeName));
  const groups: GrpcService[] = [];
  for (const type of registry) {
    if (type.kind !== "service" || type.typeName.startsWith("grpc.reflection.")) continue;
    const definition: Record<string, ServiceDefinition[string]> = {};
    const handlers: UntypedServiceImplementation = {};
    for (const { name, methodKind } of type.methods) {
      if (methodKind !== "unary") continue;
      const path = `/${type.typeName}/${name}`;
      const method = services.get(path);
      definition[name] = { path, requestStream: false, responseStream: false, ...rawBytes };
      const missing = served.has(type.typeName)
        ? `unknown method ${name} for service ${type.typeName}`
        : `unknown service ${type.typeName}`;
      handlers[name] = method === undefined ? unimplemented(missing) : unary(method, log);
    }
    if (Object.keys(definition).length > 0) groups.push({ definition, handlers });
  }
  return groups;
}

type Call = ServerUnaryCall<Uint8Array, Uint8Array>;

function unimplemented(details: string) {
  return (_: Call, done: sendUnaryData<Uint8Array>): void => done({ code: status.UNIMPLEMENTED, details });
}

function unary(method: ServiceMethod, log: Log) {
  return (call: Call, done: sendUnaryData<Uint8Array>): void => {
    answer(method, call).then(
      ({ value, height }) => {
        announce(call, height);
        done(null, value);
      },
      (problem: unknown) => {
        const { code, message, height } = atHeight(problem, undefined);
        if (!(problem instanceof ServiceError)) log.error("a gRPC call failed", { path: method.path, reason: message });
        announce(call, height);
        done({ code, details: message });
      },
    );
  };
}

async function answer(method: ServiceMethod, call: Call) {
  const [asked] = call.metadata.get(heightHeader);
  return method.call(call.request, readHeightHeader(asked?.toString()));
}

/** Tells in the header which state the answer is about. */
function announce(call: Call, height: bigint | undefined): void {
  if (height === undefined || call.cancelled) return;
  const metadata = new Metadata();
  metadata.set(heightHeader, String(height));
  call.sendMetadata(metadata);
}
