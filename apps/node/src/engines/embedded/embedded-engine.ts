import type { TxResult as CheckResult, InfoResponse, QueryRequest, QueryResponse } from "@stoa/chain";
import { type ConsensusParams, newValidatorSet, nilBlockId, ValidatorSet } from "@stoa/consensus";
import { messageOf } from "@stoa/host";
import {
  type Clock,
  emptyBytes,
  equalBytes,
  type Hash,
  type Log,
  type Timer,
  type Timers,
  toHexUpper,
} from "@stoa/std";
import type { Backend, BatchOperation } from "@stoa/store";
import { fromValidatorUpdate, toTimestamp, toValidatorUpdate } from "../../abci-values.ts";
import type { EventIndex } from "../../event-index/event-index.ts";
import type { Genesis } from "../../home/genesis.ts";
import type { Signer } from "../../home/validator-key.ts";
import { type StateMachine, simulationPaths } from "../../state-machine.ts";
import {
  type BlockResults,
  type BroadcastResult,
  type CommittedBlock,
  type Engine,
  type EngineStatus,
  type Matches,
  MempoolError,
  type MempoolView,
  type SearchFilter,
  type StoredBlock,
  type StoredCommit,
  type StoredTx,
  type TxPlace,
} from "../engine.ts";
import {
  advance,
  ConsensusError,
  commitBlock,
  finalizeRequest,
  maxDataBytes,
  nextHeight,
  proposeBlock,
} from "./block-maker.ts";
import { ChainStore } from "./chain-store.ts";
import type { EngineState } from "./engine-state.ts";
import { IndexKeeper } from "./index-keeper.ts";
import { Intake } from "./intake.ts";
import { defaultMempoolLimits, Mempool, type MempoolLimits } from "./mempool.ts";
import { Slices } from "./slices.ts";

/** What {@link EmbeddedEngine} needs. */
export interface EmbeddedEngineParams {
  readonly backend: Backend;
  readonly stateMachine: StateMachine;
  readonly genesis: Genesis;
  readonly signer: Signer;
  readonly hash: Hash;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly blockIntervalMs: number;
  /** Make blocks that hold nothing. If not: when transactions wait, an app hash is unproven, or something is due. */
  readonly emptyBlocks: boolean;
  readonly mempoolLimits?: MempoolLimits;
  /** Where transactions and blocks are found by their events; brought up to the chain at every start. */
  readonly index: EventIndex;
  /** Does elsewhere what can be done of the transactions' checks in advance: verifies their signatures, say. */
  readonly lookAhead?: (txs: readonly Uint8Array[]) => Promise<void>;
  /** Blocks that are kept, the last ones; 0 keeps all. */
  readonly retainBlocks?: number;
}

/** Old blocks that one new block removes: pruning catches up without holding up anybody. */
const maxPrunedPerBlock = 50n;

/**
 * One validator in one process: it proposes, signs and commits alone (base-chain.md §2.9). A block, its results, its
 * indexes and the state machine's changes become durable in one atomic batch; a crash before it leaves the block before,
 * a crash after it leaves this one.
 */
export class EmbeddedEngine implements Engine {
  readonly chainId: string;
  readonly halted: Promise<Error>;
  private readonly params: EmbeddedEngineParams;
  private readonly store: ChainStore;
  private readonly pool: Mempool;
  /** Checks and simulations wait here for their turn. */
  private readonly intake: Intake;
  private readonly listeners = new Set<(block: CommittedBlock) => void>();
  private state: EngineState;
  /** The first block that is kept. */
  private base: bigint;
  /** Settled when no block is being made. */
  private working: Promise<void> = Promise.resolve();
  private isWorking = false;
  /** Settled when the waiting transactions have been checked again: others are checked on top of them. */
  private rechecked: Promise<void> = Promise.resolve();
  /** Settled when the index has the last block. */
  private indexed: Promise<void> = Promise.resolve();
  private readonly slices = new Slices();
  private readonly index: IndexKeeper;
  private timer: Timer | undefined;
  /** True while the timer is set for a block, not for a look whether one is wanted. */
  private isBlockAwaited = false;
  private running = false;
  private failure: Error | undefined;
  private reportHalt: (error: Error) => void = () => {};
  private lastStartNs = 0n;
  private unprovenAppHash = true;

  /** Reads the chain's state, or starts the chain from genesis. Throws ConsensusError when the two halves disagree. */
  constructor(params: EmbeddedEngineParams) {
    this.params = params;
    this.chainId = params.genesis.chainId;
    this.store = new ChainStore(params.backend, params.hash);
    this.index = new IndexKeeper({ index: params.index, store: this.store, slices: this.slices, log: params.log });
    this.state = this.openState();
    this.base = this.store.base() ?? this.state.initialHeight;
    const limits = params.mempoolLimits ?? defaultMempoolLimits;
    const check = (tx: Uint8Array, recheck: boolean): CheckResult => params.stateMachine.checkTx({ tx, recheck });
    this.pool = new Mempool({ hash: params.hash, limits, check });
    this.intake = new Intake({ ready: () => this.allRechecked(), lookAhead: params.lookAhead });
    this.halted = new Promise((resolve) => {
      this.reportHalt = resolve;
    });
  }

  /** Height of the last block; 0 before the first. */
  get height(): bigint {
    return this.state.lastHeight;
  }

  async start(): Promise<void> {
    if (this.running) return;
    this.running = true;
    await this.index.catchUp(this.base, this.state.lastHeight);
    if (this.state.lastHeight === 0n) await this.runOnce();
    if (this.failure !== undefined) throw this.failure;
    this.schedule();
  }

  async stop(): Promise<void> {
    this.running = false;
    this.timer?.cancel();
    await this.working;
  }

  private openState(): EngineState {
    const { stateMachine, genesis } = this.params;
    const info = stateMachine.info();
    const stored = this.store.state();
    if (stored === undefined) {
      if (info.lastBlockHeight !== 0n) {
        throw new ConsensusError(`the state machine stands at height ${info.lastBlockHeight}, but there are no blocks`);
      }
      return this.startChain();
    }
    if (stored.chainId !== genesis.chainId) {
      throw new ConsensusError(`the data belong to chain ${stored.chainId}, the genesis file to ${genesis.chainId}`);
    }
    if (info.lastBlockHeight !== stored.lastHeight || !equalBytes(info.lastBlockAppHash, stored.appHash)) {
      const machine = `${info.lastBlockHeight} (${toHexUpper(info.lastBlockAppHash)})`;
      const blocks = `${stored.lastHeight} (${toHexUpper(stored.appHash)})`;
      throw new ConsensusError(`the state machine stands at ${machine}, the blocks at ${blocks}: the data are damaged`);
    }
    return stored;
  }

  private startChain(): EngineState {
    const { stateMachine, genesis, hash } = this.params;
    const response = stateMachine.initChain({
      time: toTimestamp(genesis.time),
      chainId: genesis.chainId,
      consensusParams: genesis.params,
      validators: genesis.validators.map(fromValidatorUpdate),
      appStateBytes: genesis.appState,
      initialHeight: genesis.initialHeight,
    });
    const named = response.validators.map(toValidatorUpdate);
    const set = newValidatorSet(hash, named.length > 0 ? named : genesis.validators);
    if (!set.ok) throw new ConsensusError(`the first validators: ${set.error}`);
    if (set.value.validators.length === 0)
      throw new ConsensusError("neither genesis nor the state machine names a validator");
    return {
      chainId: genesis.chainId,
      initialHeight: genesis.initialHeight,
      lastHeight: 0n,
      lastBlockId: nilBlockId,
      lastBlockTime: genesis.time,
      lastCommit: { height: 0n, round: 0, blockId: nilBlockId, signatures: [] },
      lastValidators: new ValidatorSet([]),
      validators: set.value,
      nextValidators: set.value.increment(),
      params: response.consensusParams,
      lastResultsHash: hash.sha256(emptyBytes),
      appHash: response.appHash,
    };
  }

  /** Sets the timer: the next block an interval after the last one began, or the next look whether one is wanted. */
  private schedule(): void {
    // A block that is being made sets the timer when it is done.
    if (!this.running || this.isWorking || this.failure !== undefined) return;
    const { clock, timers, blockIntervalMs } = this.params;
    const elapsedMs = Number((clock.nowNs() - this.lastStartNs) / 1_000_000n);
    const restMs = Math.max(0, Math.min(blockIntervalMs, blockIntervalMs - elapsedMs));
    this.timer?.cancel();
    this.isBlockAwaited = this.isBlockWanted();
    this.timer = timers.after(this.isBlockAwaited ? restMs : blockIntervalMs, () => void this.tick());
  }

  private async tick(): Promise<void> {
    if (this.running && this.isBlockWanted()) await this.runOnce();
    this.schedule();
  }

  private isBlockWanted(): boolean {
    const { emptyBlocks, stateMachine, clock } = this.params;
    if (emptyBlocks || this.pool.size > 0 || this.unprovenAppHash) return true;
    const due = stateMachine.dueTime?.();
    return due !== undefined && due <= clock.nowNs();
  }

  /** Makes one block; a failure halts the engine for good, with the last block intact. */
  private async runOnce(): Promise<void> {
    this.isWorking = true;
    this.working = this.makeBlock().catch((error: unknown) => this.halt(error));
    await this.working;
    this.isWorking = false;
  }

  private halt(error: unknown): void {
    this.failure = error instanceof Error ? error : new Error(messageOf(error));
    const facts = { height: nextHeight(this.state), reason: this.failure.message, stack: this.failure.stack };
    this.params.log.error("the chain stands still: a block could not be made", facts);
    this.reportHalt(this.failure);
  }

  private async makeBlock(): Promise<void> {
    const { hash, signer, clock, stateMachine, backend } = this.params;
    const before = this.state;
    this.lastStartNs = clock.nowNs();
    this.slices.begin();
    const maxTxBytes = maxDataBytes(before);
    const waiting = this.pool.reap(Number(maxTxBytes), before.params.block.maxGas);
    const txs = stateMachine.prepareProposal({ maxTxBytes, txs: waiting });
    const proposed = proposeBlock(hash, before, signer, txs);
    const commit = commitBlock(before, signer, proposed, clock.nowNs());
    const response = await this.slices.run(stateMachine.finalizeInSteps(finalizeRequest(before, proposed)));
    const { state, results } = advance(hash, before, proposed, commit, response);
    const { block, blockId, encoded } = proposed;
    const committed: CommittedBlock = { block, blockId, size: encoded.length, results, commit };
    const rules = { validators: before.validators, params: before.params };
    const operations = await this.slices.run(this.store.operationsInSteps({ committed, encoded, rules, state }));
    const changes = stateMachine.commit();
    const base = this.nextBase(block.header.height, changes.retainHeight);
    const pruned = base === undefined ? [] : this.prune(base);
    // Before the batch, which removes what is below: whoever asks meanwhile must not be told of it.
    this.base = base ?? this.base;
    await backend.write([...operations, ...pruned, ...changes.operations]);
    stateMachine.committed();
    this.state = state;
    this.unprovenAppHash = !equalBytes(before.appHash, state.appHash) || before.lastHeight === 0n;
    const codes = results.txResults.map(({ code }) => code);
    this.pool.remove(txs, codes);
    this.slices.begin();
    // Halted before those go on who wait for it: they are told so.
    this.rechecked = this.slices.run(this.pool.recheck()).catch((error: unknown) => this.halt(error));
    // Last, since only searches wait for it.
    this.indexed = this.rechecked.then(() => this.index.catchUp(this.base, this.state.lastHeight, results));
    this.publish(committed);
    await this.indexed;
  }

  /** The first block to keep from now on, if others are to go. The one before the new one stays: it is the last until then. */
  private nextBase(height: bigint, advised: bigint): bigint | undefined {
    const kept = BigInt(this.params.retainBlocks ?? 0);
    const wanted = kept > 0n && height - kept + 1n > advised ? height - kept + 1n : advised;
    const base = [wanted, this.base + maxPrunedPerBlock, height - 1n].reduce((a, b) => (a < b ? a : b));
    return base > this.base ? base : undefined;
  }

  /** Forgets blocks in the index, which needs their events for that, and says what removes them. */
  private prune(base: bigint): BatchOperation[] {
    this.index.forget(this.base, base);
    return this.store.pruneOperations(this.base, base);
  }

  private publish(block: CommittedBlock): void {
    for (const listener of this.listeners) {
      try {
        listener(block);
      } catch (error) {
        this.params.log.error("a listener to blocks failed", { reason: messageOf(error) });
      }
    }
  }

  onBlock(listener: (block: CommittedBlock) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  broadcast(tx: Uint8Array): Promise<BroadcastResult> {
    return this.intake.run(tx, () => this.admit(tx));
  }

  private admit(tx: Uint8Array): BroadcastResult {
    if (this.failure !== undefined) throw new MempoolError("halted", `the chain stands still: ${this.failure.message}`);
    const result = this.pool.add(tx, this.state.params.block.maxGas);
    // Set again with every transaction, the timer would not run while they keep coming.
    if (result.code === 0 && !this.params.emptyBlocks && !this.isBlockAwaited) this.schedule();
    return result;
  }

  checkTx(tx: Uint8Array): Promise<CheckResult> {
    return this.intake.run(tx, () => this.params.stateMachine.checkTx({ tx, recheck: false }));
  }

  /** Waits until no transaction waits for its second check; another block may have come while it waited. */
  private async allRechecked(): Promise<void> {
    for (let seen: Promise<void> | undefined; seen !== this.rechecked; ) {
      seen = this.rechecked;
      await seen;
    }
  }

  async mempool(limit: number): Promise<MempoolView> {
    return this.pool.view(limit);
  }

  async info(): Promise<InfoResponse> {
    return this.params.stateMachine.info();
  }

  async query(request: QueryRequest): Promise<QueryResponse> {
    const answer = (): QueryResponse => this.params.stateMachine.query(request);
    // On top of the transactions that wait, as a check.
    return simulationPaths.has(request.path) ? this.intake.run(emptyBytes, answer) : answer();
  }

  async status(): Promise<EngineStatus> {
    const { signer } = this.params;
    const { state } = this;
    const latest = this.store.block(state.lastHeight);
    const earliest = this.store.block(this.base);
    if (latest === undefined || earliest === undefined) throw new ConsensusError("there is no block yet");
    const power = state.validators.byAddress(signer.address)?.power ?? 0n;
    return {
      chainId: state.chainId,
      latest,
      earliest,
      appHash: state.appHash,
      appVersion: state.params.version.app,
      validator: { address: signer.address, publicKey: signer.publicKey, power },
    };
  }

  async heights(): Promise<{ lowest: bigint; highest: bigint }> {
    return { lowest: this.base, highest: this.state.lastHeight };
  }

  async block(height: bigint): Promise<StoredBlock | undefined> {
    return this.store.block(height);
  }

  async blockByHash(hash: Uint8Array): Promise<StoredBlock | undefined> {
    return this.store.blockByHash(hash);
  }

  async results(height: bigint): Promise<BlockResults | undefined> {
    return this.store.results(height);
  }

  async commit(height: bigint): Promise<StoredCommit | undefined> {
    const header = this.store.block(height)?.block.header;
    if (header === undefined) return undefined;
    if (height === this.state.lastHeight) return { header, commit: this.state.lastCommit, canonical: false };
    const next = this.store.block(height + 1n);
    return next && { header, commit: next.block.lastCommit, canonical: true };
  }

  async validators(height: bigint): Promise<ValidatorSet | undefined> {
    return height === nextHeight(this.state) ? this.state.validators : this.store.rules(height)?.validators;
  }

  async consensusParams(height: bigint): Promise<ConsensusParams | undefined> {
    return height === nextHeight(this.state) ? this.state.params : this.store.rules(height)?.params;
  }

  async tx(hash: Uint8Array): Promise<StoredTx | undefined> {
    return this.store.tx(hash);
  }

  async txAt(place: TxPlace): Promise<StoredTx | undefined> {
    return this.store.txAt(place);
  }

  async searchTxs(filter: SearchFilter): Promise<Matches<TxPlace>> {
    await this.indexed;
    return this.params.index.search("tx", filter);
  }

  async searchBlocks(filter: SearchFilter): Promise<Matches<TxPlace>> {
    await this.indexed;
    return this.params.index.search("block", filter);
  }
}
