/** The door `@stoa/host/grpc`: apart from the main one, so that programs without a gRPC server do not load its library. */
export { type GrpcLimits, type GrpcListener, type GrpcTls, listenGrpc } from "./grpc-listener.ts";
export { type GrpcService, rawBytes } from "./grpc-service.ts";
export { reflectionServices } from "./reflection-services.ts";
export { unknownCallText } from "./unknown-calls.ts";
