export type { DecCoin } from "@stoa/wire";
export { canonicalAddress } from "./address.ts";
// biome-ignore format: a door is one screen
export {
  type Attribute, attributeSatisfied, attributesAnyOf, attributesSubsetOf, validateAttributes,
  validateProviderAttributes,
} from "./attributes.ts";
export { type CreateDeployment, hashLengthBytes, validateCreateDeployment, validateHash } from "./create-deployment.ts";
export { type Deposit, depositSources, validateDeposit } from "./deposit.ts";
// biome-ignore format: a door is one screen
export {
  bidEscrowId, deploymentEscrowId, type EscrowAccountId, type EscrowPaymentId, escrowScopes, formatEscrowAccountId,
  formatEscrowPaymentId, leasePaymentId, parseEscrowAccountId, parseEscrowPaymentId, validateEscrowAccountId,
  validateEscrowPaymentId,
} from "./escrow-ids.ts";
export { globMatch } from "./glob.ts";
// biome-ignore format: a door is one screen
export {
  declaredLimitWarnings, type GroupTotals, groupTotals, validateGroupSpec, validateGroupSpecs, validateResources,
} from "./group-validation.ts";
// biome-ignore format: a door is one screen
export {
  type BidId, type DeploymentId, formatBidId, formatDeploymentId, formatGroupId, formatLeaseId, formatOrderId,
  type GroupId, type LeaseId, type OrderId, parseBidId, parseDeploymentId, parseGroupId, parseLeaseId,
  parseOrderId, validateBidId, validateDeploymentId, validateGroupId, validateLeaseId, validateOrderId,
} from "./ids.ts";
export { declaredLimits, groupLimits, unitLimits } from "./limits.ts";
// biome-ignore format: a door is one screen
export {
  externalPort, isIngress, type Manifest, type ManifestCompute, type ManifestCredentials, type ManifestExpose,
  type ManifestGroup, type ManifestHttpOptions, type ManifestMemory, type ManifestParams, type ManifestResources,
  type ManifestService, type ManifestValue, type ManifestVolume,
} from "./manifest.ts";
export { checkManifestAgainstGroups } from "./manifest-cross-validation.ts";
// biome-ignore format: a door is one screen
export {
  attributesJson, endpointsJson, type JsonDialect, type JsonValue, manifestJson, manifestVersion, resourcesJson,
  sortedJson,
} from "./manifest-json.ts";
export { manifestMaxChars, parseManifest } from "./manifest-parse.ts";
// biome-ignore format: a door is one screen
export {
  compareExposes, isEnvName, isHostname, isServiceName, type ManifestProblem, validateManifest,
} from "./manifest-validation.ts";
export { matchOffer, type ResourceOffer } from "./offer.ts";
export { blocksAfforded, type Cost, costOverTime, depositForTime, groupPrice, readDecCoin } from "./price.ts";
export { type ErrorKind, errorKinds, type Refusal, refusal, refusalText, within, wrapped } from "./refusal.ts";
export { gpuCapabilities, matchCapabilities, matchRequirements, type SignedAttributes } from "./requirements.ts";
// biome-ignore format: a door is one screen
export {
  type ComputeUnits, type Endpoint, endpointKinds, type GroupSpec, type MemoryUnits, type PlacementRequirements,type Resources, type ResourceUnit, type ResourceValue, 
  resourceAmount, type StorageVolume, type WireDecCoin,
} from "./resources.ts";
export { compareUtf8 } from "./text-order.ts";
