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
