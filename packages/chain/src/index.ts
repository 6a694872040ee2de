export type {
  CheckTxRequest,
  ConsensusParams,
  Event,
  EventAttribute,
  ExpectedSignature,
  FinalizeBlockRequest,
  FinalizeBlockResponse,
  InfoResponse,
  InitChainRequest,
  InitChainResponse,
  Misbehavior,
  PrepareProposalRequest,
  ProofOp,
  QueryRequest,
  QueryResponse,
  Timestamp,
  TxResult,
  ValidatorUpdate,
  VoteInfo,
} from "./abci.ts";
export { Application, type ApplicationParams } from "./application.ts";
export { defaultConsensusParams } from "./consensus-params.ts";
export type { CryptoPorts } from "./context.ts";
export { InvariantBroken, type RegisteredError, registeredErrors } from "./errors.ts";
export type { Execution } from "./execution.ts";
export { GenesisError } from "./genesis-json.ts";
export { type AnteSettings, type ChainModules, createModules } from "./modules.ts";
export { lostState } from "./query.ts";
export type {
  CheckStep,
  DeviationRule,
  DeviationSession,
  ExpectedAnswer,
  ExpectedResult,
  OwnState,
  QueryStep,
  TxStep,
} from "./replay/deviation.ts";
export type { RecordedEvent, RecordedMessage } from "./replay/scenario.ts";
export { SnapshotRestore, type SnapshotRestoreParams } from "./snapshot-restore.ts";
