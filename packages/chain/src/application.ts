import { assert, emptyBytes } from "@stoa/std";
import type { Backend, BatchOperation, Change, PreparedCommit, SnapshotExport } from "@stoa/store";
import { MultiStore } from "@stoa/store";
import type {
  CheckTxRequest,
  Event,
  ExpectedSignature,
  FinalizeBlockRequest,
  FinalizeBlockResponse,
  InfoResponse,
  InitChainRequest,
  InitChainResponse,
  PrepareProposalRequest,
  QueryRequest,
  QueryResponse,
  TxResult,
} from "./abci.ts";
import type { AnteNeeds } from "./ante/needs.ts";
import { expectedSignatures } from "./ante/signatures.ts";
import { readTransaction, type Transaction } from "./ante/transaction.ts";
import { type BlockInfo, Context, type CryptoPorts, type Mode } from "./context.ts";
import { InvariantBroken } from "./errors.ts";
import { EventManager, withAttribute } from "./events.ts";
import { type Execution, type ExecutionParts, executeTx, toTxResult } from "./execution.ts";
import { initModules } from "./genesis-sections.ts";
import { type Head, headOperations, readHead } from "./head.ts";
import type { ChainModules } from "./modules.ts";
import { answerQuery, type QueryState } from "./query.ts";
import { createRouter } from "./router.ts";
import { txQueries } from "./simulation.ts";
import { State } from "./state.ts";

/** What {@link Application.open} needs. */
export interface ApplicationParams {
  readonly backend: Backend;
  readonly crypto: CryptoPorts;
  readonly modules: ChainModules;
  /** How the modules' parts make the ante chain: see `anteNeeds` in modules.ts. */
  readonly ante: AnteNeeds;
  /** Older versions that queries may ask for, besides the latest. */
  readonly keepVersions: bigint;
  /** Height of the first block; 1 if not given. */
  readonly initialHeight?: bigint;
  /** Own key space in the backend. */
  readonly prefix: Uint8Array;
  /** What `/app/version` and `info` answer. */
  readonly version: string;
  /** Genesis sections of modules that do not exist here and may be left out (by name). */
  readonly ignoredSections?: readonly string[];
}

/** A computed block that is not committed yet. */
interface Pending {
  readonly head: Head;
  readonly prepared: PreparedCommit;
}

/**
 * The state machine behind ABCI 2.0's methods, as synchronous functions over values. `finalizeBlock` computes and
 * writes nothing; `commit` hands over the one batch that the shell makes durable, after which it calls `committed`.
 */
export class Application {
  private readonly params: ApplicationParams;
  private readonly parts: ExecutionParts;
  private readonly stores: MultiStore;
  private head: Head | undefined;
  /** The genesis state, until the first block takes it over. */
  private genesis: State | undefined;
  private pending: Pending | undefined;
  private check: State;
  /** Transactions that were read ahead of their check, which takes them from here. */
  private readonly readAhead = new WeakMap<Uint8Array, Transaction>();

  private constructor(params: ApplicationParams) {
    const router = createRouter(
      params.modules.all,
      txQueries(params.ante.typesOf, (tx) => this.simulate(tx)),
    );
    this.params = params;
    this.parts = { router, ante: params.ante };
    this.stores = MultiStore.open({
      backend: params.backend,
      hash: params.crypto.hash,
      names: router.storeNames,
      prefix: params.prefix,
      keepVersions: params.keepVersions,
      initialVersion: params.initialHeight ?? 1n,
    });
    this.head = this.stores.version === 0n ? undefined : readHead(params.backend, this.stores.version);
    this.check = this.committedState();
  }

  /** Opens what the backend holds: the last committed version, or nothing yet. */
  static open(params: ApplicationParams): Application {
    return new Application(params);
  }

  /** Paths of the service methods that `query` answers. */
  get queryPaths(): readonly string[] {
    return [...this.parts.router.queries.keys()];
  }

  /** Type URLs of the messages that are carried out. */
  get messageUrls(): readonly string[] {
    return [...this.parts.router.messages.keys()];
  }

  private committedState(): State {
    return State.over((name) => this.stores.reader(name));
  }

  private context(state: State, block: BlockInfo, mode: Mode): Context {
    return Context.fresh({ state, block, mode, crypto: this.params.crypto });
  }

  info(): InfoResponse {
    const { version } = this.params;
    const lastBlockAppHash = this.stores.version === 0n ? emptyBytes : this.stores.appHash;
    const appVersion = this.head?.consensusParams.version.app ?? 0n;
    return { data: "stoa", version, appVersion, lastBlockHeight: this.stores.version, lastBlockAppHash };
  }

  /** Builds the genesis state in memory; the first block commits it with its own changes. */
  initChain(request: InitChainRequest): InitChainResponse {
    assert(this.stores.version === 0n, "the chain has begun already");
    assert(request.initialHeight === (this.params.initialHeight ?? 1n), "the chain begins at another height");
    const { chainId, time, consensusParams } = request;
    const block = { chainId, height: 0n, time, proposer: emptyBytes, consensusParams };
    const state = this.committedState();
    const { modules, ignoredSections = [] } = this.params;
    initModules(modules.genesis, ignoredSections, this.context(state, block, "genesis"), request.appStateBytes);
    this.genesis = state;
    this.head = { ...block, height: request.initialHeight - 1n };
    this.check = state.branch();
    const appHash = this.params.crypto.hash.sha256(emptyBytes);
    return { consensusParams, validators: request.validators, appHash };
  }

  private requireHead(): Head {
    assert(this.head !== undefined, "the chain has not begun");
    return this.head;
  }

  /**
   * The block in which checks and simulations run: the last committed one, as in the reference. Before there is one it
   * is the first, since the rules of genesis (no gas limit, account number 0) are not for what people send.
   */
  private checkHead(): Head {
    const head = this.requireHead();
    return this.genesis === undefined ? head : { ...head, height: head.height + 1n };
  }

  /** Judges a transaction for the mempool. Effects of accepted ones are seen by the next, until the next commit. */
  checkTx(request: CheckTxRequest): TxResult {
    const { tx, recheck } = request;
    const ctx = this.context(this.check, this.checkHead(), recheck ? "recheck" : "check");
    const read = this.readAhead.get(tx);
    this.readAhead.delete(tx);
    // What may stand in a transaction depends on the state that it is checked on.
    const isStillRight = read?.types === this.params.ante.typesOf(ctx);
    return toTxResult(executeTx(this.parts, ctx, isStillRight ? read : tx));
  }

  /** Runs a transaction without keeping anything, to learn its gas and result. */
  simulate(tx: Uint8Array): Execution {
    return executeTx(this.parts, this.context(this.check.branch(), this.checkHead(), "simulate"), tx);
  }

  /**
   * The signatures that a transaction's checks will probably ask for; none if it cannot be decoded. The next check of the
   * same bytes, which must not change until then, does not decode them again.
   */
  listSignatures(bytes: Uint8Array): ExpectedSignature[] {
    if (this.head === undefined) return [];
    try {
      const ctx = this.context(this.check.branch(), { ...this.head, height: this.head.height + 1n }, "query");
      const tx = readTransaction(bytes, this.params.ante.typesOf(ctx));
      this.readAhead.set(bytes, tx);
      return expectedSignatures(this.params.ante, ctx, tx);
    } catch {
      return [];
    }
  }

  /** The transactions as they were reaped, up to the size that the block may have. */
  prepareProposal(request: PrepareProposalRequest): readonly Uint8Array[] {
    let room = request.maxTxBytes;
    const txs: Uint8Array[] = [];
    for (const tx of request.txs) {
      room -= BigInt(tx.length) + protoOverhead(tx.length);
      if (room < 0n) break;
      txs.push(tx);
    }
    return txs;
  }

  /** Every proposal is acceptable: what is wrong with a transaction stands in its result. */
  processProposal(): "accept" {
    return "accept";
  }

  /**
   * Computes a block and its app hash. Writes nothing and may be repeated; the last computed block is what `commit`
   * commits. Throws `InvariantBroken` rather than return a state that must not be.
   */
  finalizeBlock(request: FinalizeBlockRequest): FinalizeBlockResponse {
    const steps = this.finalizeInSteps(request);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /**
   * `finalizeBlock` in steps of a transaction each, so that a shell can serve others in between: what they ask, check and
   * simulate is answered from the last committed state, which the block does not touch until `committed`. One block at a
   * time; a new call forgets the one before.
   */
  *finalizeInSteps(request: FinalizeBlockRequest): Generator<undefined, FinalizeBlockResponse> {
    this.pending = undefined;
    const last = this.requireHead();
    assert(request.height === last.height + 1n, `block ${request.height} does not follow ${last.height}`);
    const { height, time, proposerAddress: proposer } = request;
    const head: Head = { chainId: last.chainId, consensusParams: last.consensusParams, height, time, proposer };
    const state = this.genesis?.branch() ?? this.committedState();
    const ctx = this.context(state, head, "block");
    const events: Event[] = [...this.preBlock(ctx), ...this.runHooks(ctx, "beginBlock")];
    const txResults = yield* this.runTxs(state, head, request.txs);
    events.push(...this.runHooks(ctx, "endBlock"));
    yield;
    this.checkInvariants(state, head);
    yield;
    const prepared = this.stores.prepare(height, this.changesOf(state));
    this.pending = { head, prepared };
    const { consensusParams } = head;
    return {
      events,
      txResults,
      validatorUpdates: [],
      consensusParamUpdates: consensusParams,
      appHash: prepared.appHash,
    };
  }

  private preBlock(ctx: Context): readonly Event[] {
    const events = new EventManager();
    for (const module of this.params.modules.preBlock) module.preBlock?.(ctx.with({ events }));
    return events.events;
  }

  private runHooks(ctx: Context, hook: "beginBlock" | "endBlock"): Event[] {
    const mode = hook === "beginBlock" ? "BeginBlock" : "EndBlock";
    return this.params.modules[hook].flatMap((module) => {
      const events = new EventManager();
      module[hook]?.(ctx.with({ events }));
      return withAttribute(events.events, "mode", mode);
    });
  }

  private *runTxs(state: State, head: Head, txs: readonly Uint8Array[]): Generator<undefined, TxResult[]> {
    const { maxGas } = head.consensusParams.block;
    let blockGas = 0n;
    const results: TxResult[] = [];
    for (const bytes of txs) {
      yield;
      const execution = executeTx(
        this.parts,
        this.context(state, head, "deliver"),
        bytes,
        maxGas < 0n ? undefined : maxGas - blockGas,
      );
      const used = execution.gas?.consumed ?? 0n;
      blockGas += used < execution.gasWanted ? used : execution.gasWanted;
      results.push(toTxResult(execution));
    }
    return results;
  }

  private checkInvariants(state: State, head: Head): void {
    const ctx = this.context(state.branch(), head, "query");
    for (const { name, store, broken } of this.parts.router.invariants) {
      const problem = broken(state.changes(store), ctx);
      if (problem !== undefined) throw new InvariantBroken(`${name} at height ${head.height}: ${problem}`);
    }
  }

  /** The block's changes; the first block's include the genesis state. */
  private changesOf(state: State): Map<string, readonly Change[]> {
    let whole = state;
    if (this.genesis !== undefined) {
      // The genesis layer is copied, so that the block can be computed again.
      whole = State.over((name) => this.stores.reader(name));
      for (const layer of [this.genesis, state]) {
        for (const [name, cache] of layer.touched()) {
          const target = whole.store(name);
          for (const { key, value } of cache.changes()) {
            if (value === undefined) target.delete(key);
            else target.set(key, value);
          }
        }
      }
    }
    return new Map([...whole.touched()].map(([name, cache]) => [name, cache.changes()]));
  }

  /** The batch that makes the computed block durable. Write it whole, then call `committed`. */
  commit(): { readonly operations: readonly BatchOperation[]; readonly retainHeight: bigint } {
    assert(this.pending !== undefined, "no block is computed");
    const { head, prepared } = this.pending;
    const forget = head.height - this.params.keepVersions - 1n;
    const heads = headOperations(head, forget > 0n ? forget : undefined);
    return { operations: [...prepared.operations, ...heads], retainHeight: 0n };
  }

  /** The batch of `commit` is durable: the block's state is the latest from now on. */
  committed(): void {
    assert(this.pending !== undefined, "no block is computed");
    this.stores.apply(this.pending.prepared);
    this.head = this.pending.head;
    this.pending = undefined;
    this.genesis = undefined;
    this.check = this.committedState();
  }

  /**
   * The earliest block time, in nanoseconds since the epoch, at which a block has something to do without any
   * transaction; undefined when nothing waits. An engine that makes no empty blocks makes one then.
   */
  dueTime(): bigint | undefined {
    if (this.head === undefined) return undefined;
    const ctx = this.context(this.committedState(), this.head, "query");
    let due: bigint | undefined;
    for (const module of this.params.modules.all) {
      const at = module.dueTime?.(ctx);
      if (at !== undefined && (due === undefined || at < due)) due = at;
    }
    return due;
  }

  /** Answers a query on a committed version (base-chain.md §3.5, §4.10). */
  query(request: QueryRequest): QueryResponse {
    const state: QueryState = {
      stores: this.stores,
      router: this.parts.router,
      crypto: this.params.crypto,
      version: this.params.version,
      types: this.params.ante.types,
      head: (height) => (height === this.head?.height ? this.head : readHead(this.params.backend, height)),
      simulate: (tx) => this.simulate(tx),
    };
    return answerQuery(state, request);
  }

  /** Begins the snapshot of a committed version; undefined if it is not kept. `SnapshotRestore` reads it. */
  exportSnapshot(height: bigint): SnapshotExport | undefined {
    return this.stores.exportSnapshot(height);
  }

  /** The modules' state as a genesis `app_state` object: the latest, or undefined if the height's is not kept. */
  exportGenesis(): Readonly<Record<string, unknown>>;
  exportGenesis(height: bigint): Readonly<Record<string, unknown>> | undefined;
  exportGenesis(height?: bigint): Readonly<Record<string, unknown>> | undefined {
    const latest = this.requireHead();
    const asked = height ?? latest.height;
    const view = asked === this.stores.version ? this.stores : this.stores.at(asked);
    const head = asked === latest.height ? latest : readHead(this.params.backend, asked);
    if (view === undefined || head === undefined) return undefined;
    const ctx = this.context(
      State.over((name) => view.reader(name)),
      head,
      "query",
    );
    const sections = this.params.modules.genesis.map((module) => [module.name, module.exportGenesis?.(ctx)] as const);
    return Object.fromEntries(sections.filter(([, section]) => section !== undefined));
  }
}

/** Bytes of a transaction's tag and length in the block (base-chain.md §1.3). */
function protoOverhead(length: number): bigint {
  let bytes = 2n;
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1n;
  return bytes;
}
