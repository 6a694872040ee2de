export type { VectorFailure, VectorFamily, VectorReport } from "./vectors/family.ts";
export { haveVectors, testFamily, vectorsDir } from "./vectors/harness.ts";
