export { measureBlockInterval } from "./chain/block-interval.ts";
// biome-ignore format: a door is one screen
export {
  Broadcaster, type BroadcasterParams, defaultGas, type GasPolicy, type SendOptions,
} from "./chain/broadcaster.ts";
// biome-ignore format: a door is one screen
export {
  type AccountFacts, ChainClient, type ChainClientParams, type ChainStatus, type CheckAnswer, type IncludedTx,
} from "./chain/chain-client.ts";
export { ChainError, type ChainErrorCode, type ChainFault, isNotFound } from "./chain/errors.ts";
export { allEvents, type BlockResults, type ChainEvent, eventField, type TxResult } from "./chain/events.ts";
export { ChainFollower, type FollowParams } from "./chain/follow.ts";
export { type JsonObject, JsonRpc } from "./chain/json-rpc.ts";
export type { Fetch, FetchAnswer, FetchRequest, OpenSocket, Socket } from "./chain/ports.ts";
export { buildTx, type Fee, message, type Signer, type TxParams } from "./chain/tx-builder.ts";
export { errorOfAnswer, GatewayError, type GatewayErrorCode, type GatewayFault } from "./gateway/errors.ts";
export { GatewayClient, type GatewayClientParams, type LogRequest } from "./gateway/gateway-client.ts";
// biome-ignore format: a door is one screen
export type {
  GatewayAnswer, GatewayCall, GatewaySocket, GatewaySocketEvents, GatewayTransport,
} from "./gateway/ports.ts";
// biome-ignore format: a door is one screen
export type {
  GatewayEvent, GatewayForwardedPort, GatewayLeasedIp, GatewayLeaseStatus, GatewayLogLine, GatewayOrderView,
  GatewayProviderStatus, GatewayServiceStatus, GatewayVersion,
} from "./gateway/shapes.ts";
export { type ShellOutput, type ShellRequest, ShellSession } from "./gateway/shell.ts";
export { fullAccess, newToken, type TokenWishes } from "./gateway/token.ts";
export { checkProviderCertificate, type ProviderTrust } from "./gateway/trust.ts";
export { type Divergence, LightError, type LightErrorCode, type LightFault } from "./light/errors.ts";
export { defaultPolicy, LightClient, type LightClientParams, type TrustedHeader } from "./light/light-client.ts";
// biome-ignore format: a door is one screen
export {
  type ProvenLimits, type ProvenResults, type ProvenTx, type ProvenValidator, type ProvenValue, VerifiedChain,
} from "./light/verified-chain.ts";
