import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";

/** One service in grpc-js's terms. */
export interface GrpcService {
  readonly definition: ServiceDefinition;
  readonly handlers: UntypedServiceImplementation;
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** How bytes travel: they are protobuf already. */
export const rawBytes = {
  requestSerialize: asBuffer,
  requestDeserialize: (bytes: Buffer): Uint8Array => bytes,
  responseSerialize: asBuffer,
  responseDeserialize: (bytes: Buffer): Uint8Array => bytes,
};
