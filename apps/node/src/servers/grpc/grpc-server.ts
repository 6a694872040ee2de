import {
  Metadata,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { TlsFiles } from "@stoa/host";
import {
  type GrpcLimits,
  type GrpcListener,
  type GrpcService,
  listenGrpc,
  rawBytes,
  reflectionServices,
} from "@stoa/host/grpc";
import type { Log } from "@stoa/std";
import { files } from "@stoa/wire/registry";
import { serverReflection } from "@stoa/wire/server-reflection";
import type { HttpFront } from "../http-front.ts";
import { heightHeader, readHeightHeader } from "../services/height-header.ts";
import { atHeight, ServiceError } from "../services/service-error.ts";
import type { ServiceMethod, ServiceTable } from "../services/service-table.ts";

/** What {@link startGrpcServer} needs. */
export interface GrpcServerParams {
  readonly host: string;
  /** 0: the system picks one. */
  readonly port: number;
  readonly services: ServiceTable;
  readonly tls?: TlsFiles;
  /** Rates of clients; without it everybody may ask as often as he likes. */
  readonly front?: HttpFront;
  readonly limits?: Partial<GrpcLimits>;
  readonly log: Log;
}

/** A gRPC server that listens. */
export type GrpcServer = GrpcListener;

/** Serves the table over gRPC with reflection (base-chain.md §6.1). Throws HostError when it cannot listen. */
export function startGrpcServer(params: GrpcServerParams): Promise<GrpcServer> {
  const { host, port, services, tls, front, limits, log } = params;
  const listed = [...services.values()].map(({ descriptor }) => descriptor.parent.typeName);
  const reflection = reflectionServices(serverReflection({ services: listed, files }));
  return listenGrpc({
    host,
    port,
    services: [unaryServices(services, log), ...reflection],
    ...(tls === undefined ? {} : { tls }),
    ...(limits === undefined ? {} : { limits }),
    ...(front === undefined ? {} : { admits: (address) => front.takes(address) }),
  });
}

function unaryServices(services: ServiceTable, log: Log): GrpcService {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const handlers: UntypedServiceImplementation = {};
  for (const [path, method] of services) {
    // Names are read by nothing: a path is one of its own.
    definition[path] = { path, requestStream: false, responseStream: false, ...rawBytes };
    handlers[path] = unary(method, log);
  }
  return { definition, handlers };
}

type Call = ServerUnaryCall<Uint8Array, Uint8Array>;

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
