import type { TxResult as CheckResult, InfoResponse, QueryRequest, QueryResponse } from "@stoa/chain";
import type {
  AbciEvent,
  Block,
  BlockId,
  Commit,
  ConsensusParams,
  Header,
  PublicKey,
  TxResult,
  ValidatorSet,
  ValidatorUpdate,
} from "@stoa/consensus";
import type { Matches, SearchFilter, TxPlace } from "../event-index/event-index.ts";

export type { Matches, SearchFilter, TxPlace } from "../event-index/event-index.ts";

/** A committed block with its name. */
export interface StoredBlock {
  readonly block: Block;
  readonly blockId: BlockId;
  /** Bytes of the serialised block. */
  readonly size: number;
}

/** What executing a block gave. */
export interface BlockResults {
  readonly height: bigint;
  readonly txResults: readonly TxResult[];
  readonly events: readonly AbciEvent[];
  readonly validatorUpdates: readonly ValidatorUpdate[];
  readonly consensusParamUpdates: ConsensusParams;
  readonly appHash: Uint8Array;
}

/** A block that has just become durable, with everything that subscribers are told. */
export interface CommittedBlock extends StoredBlock {
  /** The precommits for it. */
  readonly commit: Commit;
  readonly results: BlockResults;
}

/** What the check of a transaction that was sent said, and the hash by which it is found. */
export interface BroadcastResult extends CheckResult {
  readonly hash: Uint8Array;
}

/** One transaction of a committed block. */
export interface StoredTx extends TxPlace {
  readonly hash: Uint8Array;
  readonly tx: Uint8Array;
  readonly result: TxResult;
}

/** A header and the commit for it; canonical once the next block carries that commit. */
export interface StoredCommit {
  readonly header: Header;
  readonly commit: Commit;
  readonly canonical: boolean;
}

/** Where the chain stands. */
export interface EngineStatus {
  readonly chainId: string;
  readonly latest: StoredBlock;
  readonly earliest: StoredBlock;
  /** App hash after the latest block. */
  readonly appHash: Uint8Array;
  readonly appVersion: bigint;
  readonly validator: { readonly address: Uint8Array; readonly publicKey: PublicKey; readonly power: bigint };
}

/** Why the mempool did not take a transaction; texts are the reference's, clients match them (base-chain.md §4.5). */
export class MempoolError extends Error {
  override readonly name = "MempoolError";
  readonly code: "in-cache" | "full" | "too-large" | "halted";

  constructor(code: MempoolError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The waiting transactions. */
export interface MempoolView {
  readonly txs: readonly Uint8Array[];
  readonly total: number;
  readonly totalBytes: number;
}

/**
 * A consensus engine as the servers see it. Everything that may travel is asynchronous, so that CometBFT over ABCI can
 * stand behind it as well as the embedded engine.
 */
export interface Engine {
  readonly chainId: string;
  /** Begins (or goes on) to make blocks; resolves when there is at least one. */
  start(): Promise<void>;
  /** Finishes the block that is being made and stops. */
  stop(): Promise<void>;
  /** Resolves with the reason when the engine can no longer make blocks. Never settles otherwise. */
  readonly halted: Promise<Error>;
  status(): Promise<EngineStatus>;
  /** Heights of the first block that is kept and of the last one. */
  heights(): Promise<{ readonly lowest: bigint; readonly highest: bigint }>;
  /** Checks a transaction and, when it passes, lets it wait for a block. Throws MempoolError when it cannot even be checked. */
  broadcast(tx: Uint8Array): Promise<BroadcastResult>;
  /** Checks without keeping. */
  checkTx(tx: Uint8Array): Promise<CheckResult>;
  mempool(limit: number): Promise<MempoolView>;
  /** What the state machine says of itself. */
  info(): Promise<InfoResponse>;
  query(request: QueryRequest): Promise<QueryResponse>;
  block(height: bigint): Promise<StoredBlock | undefined>;
  blockByHash(hash: Uint8Array): Promise<StoredBlock | undefined>;
  results(height: bigint): Promise<BlockResults | undefined>;
  commit(height: bigint): Promise<StoredCommit | undefined>;
  /** The set that signs this height: up to the next height, which is not made yet. */
  validators(height: bigint): Promise<ValidatorSet | undefined>;
  consensusParams(height: bigint): Promise<ConsensusParams | undefined>;
  tx(hash: Uint8Array): Promise<StoredTx | undefined>;
  txAt(place: TxPlace): Promise<StoredTx | undefined>;
  /** Transactions by their events. Throws SearchTooWideError beyond a limit. */
  searchTxs(filter: SearchFilter): Promise<Matches<TxPlace>>;
  /** Blocks by events of their own; the places have index 0. Throws SearchTooWideError beyond a limit. */
  searchBlocks(filter: SearchFilter): Promise<Matches<TxPlace>>;
  /** Calls the listener after each block is durable and readable; returns how to end that. */
  onBlock(listener: (block: CommittedBlock) => void): () => void;
}
