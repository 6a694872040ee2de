// biome-ignore format: a door is one screen

export { hostileInputs, Mutator, recorded } from "./hostile/mutator.ts";
export { escrowDefects } from "./vectors/deviations-escrow.ts";
export {
  type GatewayCase,
  type GatewayCaseRequest,
  type GatewayDeviation,
  type GatewayExpectation,
  gatewayDeviations,
} from "./vectors/deviations-gateway.ts";
export { replayDeviations } from "./vectors/deviations-replay.ts";
export { rpcDeviations, type SurfaceDeviation } from "./vectors/deviations-rpc.ts";
export { type GrpcAbsence, grpcAbsences, type RestDeviation, serviceDeviations } from "./vectors/deviations-surface.ts";
export type { VectorFailure, VectorFamily, VectorReport } from "./vectors/family.ts";
export { haveVectors, testFamily, vectorsDir } from "./vectors/harness.ts";
