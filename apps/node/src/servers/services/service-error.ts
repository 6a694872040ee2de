/** Codes of gRPC by name. */
export const grpcCodes = {
  OK: 0,
  Canceled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  Aborted: 10,
  OutOfRange: 11,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  DataLoss: 15,
  Unauthenticated: 16,
} as const;

/** Name of a gRPC code. */
export type GrpcName = keyof typeof grpcCodes;

/** A failed call, as gRPC and REST answer it. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly grpc: GrpcName;
  /** The state that was read; undefined if the call was refused before. */
  readonly height: bigint | undefined;

  constructor(grpc: GrpcName, message: string, height?: bigint) {
    super(message);
    this.grpc = grpc;
    this.height = height;
  }

  get code(): number {
    return grpcCodes[this.grpc];
  }
}

/** The same refusal, with the height at which it arose. */
export function atHeight(problem: unknown, height: bigint | undefined): ServiceError {
  if (problem instanceof ServiceError) {
    return problem.height === undefined ? new ServiceError(problem.grpc, problem.message, height) : problem;
  }
  return new ServiceError("Internal", problem instanceof Error ? problem.message : String(problem), height);
}

/** A name that may come from the state machine; what is no gRPC code counts as Unknown. */
export function grpcNameOf(name: string): GrpcName {
  return Object.hasOwn(grpcCodes, name) ? (name as GrpcName) : "Unknown";
}
