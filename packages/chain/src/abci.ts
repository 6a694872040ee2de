/**
 * The boundary with a consensus engine: ABCI 2.0 as plain values (base-chain.md §1.3). Heights, powers and gas are
 * bigint; times are split as protobuf splits them.
 */

/** A moment: seconds since the Unix epoch and nanoseconds within the second. */
export interface Timestamp {
  readonly seconds: bigint;
  readonly nanos: number;
}

export interface EventAttribute {
  readonly key: string;
  readonly value: string;
  readonly index: boolean;
}

export interface Event {
  readonly type: string;
  readonly attributes: readonly EventAttribute[];
}

/** The set that both engines keep, as the reference's genesis file and `consensus` module write it (§1.5). */
export interface ConsensusParams {
  readonly block: { readonly maxBytes: bigint; readonly maxGas: bigint };
  readonly evidence: { readonly maxAgeNumBlocks: bigint; readonly maxAgeDurationNs: bigint; readonly maxBytes: bigint };
  readonly validator: { readonly pubKeyTypes: readonly string[] };
  readonly version: { readonly app: bigint };
  readonly abci: { readonly voteExtensionsEnableHeight: bigint };
}

export interface ValidatorUpdate {
  readonly keyType: "ed25519" | "secp256k1";
  readonly publicKey: Uint8Array;
  readonly power: bigint;
}

export interface InfoResponse {
  readonly data: string;
  readonly version: string;
  readonly appVersion: bigint;
  readonly lastBlockHeight: bigint;
  readonly lastBlockAppHash: Uint8Array;
}

export interface InitChainRequest {
  readonly time: Timestamp;
  readonly chainId: string;
  readonly consensusParams: ConsensusParams;
  readonly validators: readonly ValidatorUpdate[];
  /** The `app_state` object of the reference's genesis file, as JSON text in UTF-8. */
  readonly appStateBytes: Uint8Array;
  readonly initialHeight: bigint;
}

export interface InitChainResponse {
  readonly consensusParams: ConsensusParams;
  readonly validators: readonly ValidatorUpdate[];
  readonly appHash: Uint8Array;
}

export interface CheckTxRequest {
  readonly tx: Uint8Array;
  readonly recheck: boolean;
}

/** The outcome of one transaction, in CheckTx and in a block. */
export interface TxResult {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly data: Uint8Array;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly events: readonly Event[];
}

export interface PrepareProposalRequest {
  readonly maxTxBytes: bigint;
  readonly txs: readonly Uint8Array[];
}

export interface VoteInfo {
  readonly address: Uint8Array;
  readonly power: bigint;
  readonly flag: "absent" | "commit" | "nil";
}

export interface Misbehavior {
  readonly type: "duplicate_vote" | "light_client_attack";
  readonly validator: { readonly address: Uint8Array; readonly power: bigint };
  readonly height: bigint;
  readonly time: Timestamp;
  readonly totalVotingPower: bigint;
}

export interface FinalizeBlockRequest {
  readonly txs: readonly Uint8Array[];
  readonly decidedLastCommit: { readonly round: number; readonly votes: readonly VoteInfo[] };
  readonly misbehavior: readonly Misbehavior[];
  readonly hash: Uint8Array;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly nextValidatorsHash: Uint8Array;
  readonly proposerAddress: Uint8Array;
}

export interface FinalizeBlockResponse {
  readonly events: readonly Event[];
  readonly txResults: readonly TxResult[];
  readonly validatorUpdates: readonly ValidatorUpdate[];
  readonly consensusParamUpdates: ConsensusParams;
  readonly appHash: Uint8Array;
}

export interface QueryRequest {
  readonly path: string;
  readonly data: Uint8Array;
  /** 0 asks for the latest committed state. */
  readonly height: bigint;
  readonly prove: boolean;
}

export interface ProofOp {
  readonly type: string;
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

/** Why a service method refused, as a gRPC server of the same process answers it; ABCI knows only a code and a log. */
export interface QueryStatusDetail {
  /** Name of a gRPC code, such as `NotFound`. */
  readonly grpc: string;
  /** With codespace and code of registered errors in front (`codespace deployment code 4: Deployment not found`). */
  readonly message: string;
  /** The height that was read; 0 when the request was refused before. */
  readonly height: bigint;
}

export interface QueryResponse {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly proofOps: readonly ProofOp[];
  readonly height: bigint;
  /** Only with failed service methods; no part of ABCI. */
  readonly status?: QueryStatusDetail;
}

/** A signature that the ante handler will probably ask for (HOUSE.md, Hash and Verifier). */
export interface ExpectedSignature {
  readonly scheme: "secp256k1" | "secp256r1" | "ed25519";
  readonly publicKey: Uint8Array;
  readonly digestOrMessage: Uint8Array;
  readonly signature: Uint8Array;
}
