import type {
  CheckTxRequest,
  FinalizeBlockRequest,
  FinalizeBlockResponse,
  InfoResponse,
  InitChainRequest,
  InitChainResponse,
  PrepareProposalRequest,
  QueryRequest,
  QueryResponse,
  TxResult,
} from "@stoa/chain";
import type { BatchOperation } from "@stoa/store";

/** Queries that simulate: they see what waits for a block, as checks do. */
export const simulationPaths: ReadonlySet<string> = new Set(["/app/simulate", "/cosmos.tx.v1beta1.Service/Simulate"]);

/**
 * What an engine drives: the part of `Application` of `chain` that the node needs. Everything is synchronous and writes
 * nothing; `commit` hands over what must become durable, `committed` is called when it is (base-chain.md §1.3).
 */
export interface StateMachine {
  info(): InfoResponse;
  initChain(request: InitChainRequest): InitChainResponse;
  checkTx(request: CheckTxRequest): TxResult;
  /** The transactions to propose, in order. */
  prepareProposal(request: PrepareProposalRequest): readonly Uint8Array[];
  /**
   * Computes a block in steps, so that others can be served between them: until `committed`, everything else answers from
   * the last committed state.
   */
  finalizeInSteps(request: FinalizeBlockRequest): Generator<undefined, FinalizeBlockResponse>;
  /** What the last finalized block changes, for one atomic batch. retainHeight 0 keeps all blocks. */
  commit(): { readonly operations: readonly BatchOperation[]; readonly retainHeight: bigint };
  /** The batch is durable: the finalized block is now the latest state. */
  committed(): void;
  query(request: QueryRequest): QueryResponse;
  /**
   * The earliest block time, in nanoseconds since the epoch, at which begin or end of a block has something to do; undefined
   * when nothing waits for time. An engine that makes no empty blocks makes one when it is due.
   */
  dueTime?(): bigint | undefined;
}
