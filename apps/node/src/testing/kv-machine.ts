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
import { nativeHash } from "@stoa/host";
import { emptyBytes, fromUtf8, utf8 } from "@stoa/std";
import { type Backend, type Change, MultiStore, type PreparedCommit } from "@stoa/store";
import type { StateMachine } from "../state-machine.ts";

const storeName = "kv";

/** A pair that a transaction `key=value` sets; `bad` fails its check, `fail=…` fails in the block. */
function parse(tx: Uint8Array): readonly [string, string] | undefined {
  const [key, value, ...rest] = (fromUtf8(tx) ?? "").split("=");
  return key && value !== undefined && rest.length === 0 ? [key, value] : undefined;
}

/** A state machine of key-value pairs over a real multistore: what the engine's and servers' tests drive. */
export class KvMachine implements StateMachine {
  private readonly store: MultiStore;
  private prepared: PreparedCommit | undefined;
  /** Of the genesis; a machine that is opened again does not remember them. */
  params: InitChainResponse["consensusParams"] | undefined;
  /** Validator updates to answer at a height. */
  readonly updatesAt = new Map<bigint, FinalizeBlockResponse["validatorUpdates"]>();
  /** Keys that a check refuses, so that rechecks can fail. */
  readonly refused = new Set<string>();
  due: bigint | undefined;

  constructor(backend: Backend) {
    this.store = MultiStore.open({
      backend,
      hash: nativeHash,
      // More than one, so that proofs have a way through the tree of stores, too.
      names: ["empty", storeName, "void"],
      prefix: utf8("app/"),
      keepVersions: 100n,
    });
  }

  info(): InfoResponse {
    return {
      data: "kv",
      version: "0.1.0",
      appVersion: 0n,
      lastBlockHeight: this.store.version,
      lastBlockAppHash: this.store.version === 0n ? emptyBytes : this.store.appHash,
    };
  }

  initChain(request: InitChainRequest): InitChainResponse {
    this.params = request.consensusParams;
    return {
      consensusParams: request.consensusParams,
      validators: [],
      appHash: nativeHash.sha256(emptyBytes),
    };
  }

  checkTx({ tx }: CheckTxRequest): TxResult {
    const pair = parse(tx);
    const refused = pair === undefined || this.refused.has(pair[0]);
    const result = { data: emptyBytes, gasWanted: 10n, gasUsed: 5n, events: [], codespace: "", code: 0, log: "" };
    return refused ? { ...result, code: 2, codespace: "sdk", log: "tx parse error" } : result;
  }

  prepareProposal(request: PrepareProposalRequest): readonly Uint8Array[] {
    return request.txs;
  }

  *finalizeInSteps(request: FinalizeBlockRequest): Generator<undefined, FinalizeBlockResponse> {
    const changes = new Map<string, Change>();
    const txResults = request.txs.map((tx) => {
      const [key, value] = parse(tx) ?? ["", ""];
      const failed = key === "" || key === "fail";
      if (!failed) changes.set(key, { key: utf8(key), value: utf8(value) });
      return this.resultOf(key, value, failed);
    });
    const sorted = [...changes.keys()].sort().map((key) => changes.get(key) as Change);
    this.prepared = this.store.prepare(request.height, new Map([[storeName, sorted]]));
    const { maxBytes, maxGas } = this.params?.block ?? { maxBytes: 22_020_096n, maxGas: -1n };
    return {
      events: [{ type: "kv.Block", attributes: [{ key: "height", value: String(request.height), index: true }] }],
      txResults,
      validatorUpdates: this.updatesAt.get(request.height) ?? [],
      consensusParamUpdates: {
        block: { maxBytes, maxGas },
        evidence: { maxAgeNumBlocks: 100_000n, maxAgeDurationNs: 172_800_000_000_000n, maxBytes: 1_048_576n },
        validator: this.params?.validator ?? { pubKeyTypes: ["ed25519"] },
        version: { app: 0n },
        abci: { voteExtensionsEnableHeight: 0n },
      },
      appHash: this.prepared.appHash,
    };
  }

  private resultOf(key: string, value: string, failed: boolean): TxResult {
    const attributes = [
      { key: "key", value: key, index: true },
      { key: "value", value: JSON.stringify(value), index: true },
    ];
    return {
      code: failed ? 1 : 0,
      codespace: failed ? "kv" : "",
      log: failed ? "asked to fail" : "",
      data: failed ? emptyBytes : utf8(value),
      gasWanted: 10n,
      gasUsed: 7n,
      events: failed ? [] : [{ type: "kv.Set", attributes }],
    };
  }

  commit(): { operations: PreparedCommit["operations"]; retainHeight: bigint } {
    return { operations: this.prepared?.operations ?? [], retainHeight: 0n };
  }

  committed(): void {
    if (this.prepared !== undefined) this.store.apply(this.prepared);
    this.prepared = undefined;
  }

  dueTime(): bigint | undefined {
    return this.due;
  }

  query({ path, data, height, prove }: QueryRequest): QueryResponse {
    const at = height === 0n ? this.store.version : height;
    const answer = { codespace: "", log: "", key: data, value: emptyBytes, proofOps: [], height: at };
    if (path !== "/store/kv/key") return { ...answer, code: 6, codespace: "sdk", log: `unknown path ${path}` };
    const proven = this.store.prove(at, storeName, data);
    if (proven === undefined) return { ...answer, code: 26, codespace: "sdk", log: "height is not available" };
    return { ...answer, code: 0, value: proven.value ?? emptyBytes, proofOps: prove ? proven.ops : [] };
  }
}
