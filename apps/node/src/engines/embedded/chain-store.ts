import {
  type AbciEvent,
  type ConsensusParams,
  decodeBlock,
  decodeBlockId,
  decodeConsensusParams,
  decodeEvent,
  decodePublicKey,
  decodeTxResult,
  decodeValidatorSet,
  defaultConsensusParams,
  encodeBlockId,
  encodeConsensusParams,
  encodeEvent,
  encodePublicKey,
  encodeTxResult,
  encodeValidatorSet,
  ProtobufError,
  ProtobufWriter,
  type PublicKey,
  readFields,
  type TxResult,
  ValidatorSet,
  type ValidatorUpdate,
} from "@stoa/consensus";
import { emptyBytes, type Hash, readUint64Be, uint64Be } from "@stoa/std";
import type { Backend, BatchOperation } from "@stoa/store";
import type { IndexedBlock } from "../../event-index/event-index.ts";
import type { BlockResults, CommittedBlock, StoredBlock, StoredTx, TxPlace } from "../engine.ts";
import { chainKeys, readPlace } from "./chain-keys.ts";
import { decodeEngineState, type EngineState, encodeEngineState } from "./engine-state.ts";

/** Decoded blocks that are kept: clients ask for the transactions of one block one after another. */
const maxRecentBlocks = 4;

/** Rules of one height: who signs it and under which parameters. */
export interface HeightRules {
  readonly validators: ValidatorSet;
  readonly params: ConsensusParams;
}

/** What a block leaves behind. */
export interface BlockRecord {
  readonly committed: CommittedBlock;
  readonly encoded: Uint8Array;
  /** Rules of the block itself. */
  readonly rules: HeightRules;
  /** State after the block. */
  readonly state: EngineState;
}

/** Blocks, results and indexes on the backend. Writes are only described: the engine puts them into the block's batch. */
export class ChainStore {
  private readonly backend: Backend;
  private readonly hash: Hash;
  private readonly recent = new Map<bigint, StoredBlock>();

  constructor(backend: Backend, hash: Hash) {
    this.backend = backend;
    this.hash = hash;
  }

  state(): EngineState | undefined {
    const bytes = this.backend.get(chainKeys.state());
    return bytes && decodeEngineState(bytes);
  }

  block(height: bigint): StoredBlock | undefined {
    const known = this.recent.get(height);
    if (known !== undefined) return known;
    const bytes = this.backend.get(chainKeys.block(height));
    const id = this.backend.get(chainKeys.blockId(height));
    if (bytes === undefined || id === undefined) return undefined;
    const stored = { block: decodeBlock(bytes), blockId: decodeBlockId(id), size: bytes.length };
    for (const oldest of this.recent.keys()) {
      if (this.recent.size < maxRecentBlocks) break;
      this.recent.delete(oldest);
    }
    this.recent.set(height, stored);
    return stored;
  }

  blockByHash(hash: Uint8Array): StoredBlock | undefined {
    const height = this.backend.get(chainKeys.heightOfHash(hash));
    return height && this.block(readUint64Be(height));
  }

  results(height: bigint): BlockResults | undefined {
    const bytes = this.backend.get(chainKeys.results(height));
    if (bytes === undefined) return undefined;
    const { txCount, ...results } = decodeResults(height, bytes);
    const txResults: TxResult[] = [];
    for (let index = 0; index < txCount; index++) {
      const result = this.txResult(height, index);
      if (result === undefined) throw new ProtobufError(`result ${index} of block ${height} is missing`);
      txResults.push(result);
    }
    return { ...results, txResults };
  }

  rules(height: bigint): HeightRules | undefined {
    const bytes = this.backend.get(chainKeys.rules(height));
    return bytes && decodeRules(bytes);
  }

  tx(hash: Uint8Array): StoredTx | undefined {
    const place = this.backend.get(chainKeys.placeOfTx(hash));
    return place && this.txAt(readPlace(place));
  }

  txAt({ height, index }: TxPlace): StoredTx | undefined {
    const tx = this.txBytes(height, index);
    const result = this.txResult(height, index);
    if (tx === undefined || result === undefined) return undefined;
    return { hash: this.hash.sha256(tx), height, index, tx, result };
  }

  /** Bytes of one transaction, without reading all of its block. */
  private txBytes(height: bigint, index: number): Uint8Array | undefined {
    const known = this.recent.get(height);
    if (known !== undefined) return known.block.txs[index];
    const block = this.backend.get(chainKeys.block(height));
    return block && encodedTx(block, index);
  }

  private txResult(height: bigint, index: number): TxResult | undefined {
    const bytes = this.backend.get(chainKeys.txResult(height, index));
    return bytes && decodeTxResult(bytes);
  }

  /** Everything that becomes durable with a block, but for the state machine's part. */
  operations(record: BlockRecord): BatchOperation[] {
    const steps = this.operationsInSteps(record);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** {@link operations} in steps of a transaction each. */
  *operationsInSteps(record: BlockRecord): Generator<undefined, BatchOperation[]> {
    const { encoded, rules, state } = record;
    const { block, blockId, results } = record.committed;
    const { height } = block.header;
    const operations: BatchOperation[] = [];
    const put = (key: Uint8Array, value: Uint8Array): void => void operations.push({ type: "put", key, value });
    put(chainKeys.block(height), encoded);
    put(chainKeys.blockId(height), encodeBlockId(blockId));
    put(chainKeys.heightOfHash(blockId.hash), uint64Be(height));
    put(chainKeys.results(height), encodeResults(results));
    put(chainKeys.rules(height), encodeRules(rules));
    for (const [index, tx] of block.txs.entries()) {
      yield;
      const result = results.txResults[index];
      if (result === undefined) throw new ProtobufError(`transaction ${index} of block ${height} has no result`);
      const place = chainKeys.place(height, index);
      put(chainKeys.txResult(height, index), encodeTxResult(result));
      const name = this.hash.sha256(tx);
      // Bytes that failed may come again: the later one counts, unless it fails where an earlier one did not.
      if (result.code === 0 || this.tx(name)?.result.code !== 0) put(chainKeys.placeOfTx(name), place);
    }
    put(chainKeys.state(), encodeEngineState(state));
    return operations;
  }

  /** What removes the blocks from `from` up to `to`, which is the first that stays. */
  pruneOperations(from: bigint, to: bigint): BatchOperation[] {
    const operations: BatchOperation[] = [];
    const remove = (key: Uint8Array): void => void operations.push({ type: "del", key });
    for (let height = from; height < to; height++) {
      const stored = this.block(height);
      if (stored === undefined) continue;
      for (const [index, tx] of stored.block.txs.entries()) {
        remove(chainKeys.txResult(height, index));
        const name = chainKeys.placeOfTx(this.hash.sha256(tx));
        const place = this.backend.get(name);
        // The same bytes may stand in a later block, too.
        if (place !== undefined && readPlace(place).height === height) remove(name);
      }
      remove(chainKeys.heightOfHash(stored.blockId.hash));
      for (const key of [chainKeys.block, chainKeys.blockId, chainKeys.results, chainKeys.rules]) remove(key(height));
      this.recent.delete(height);
    }
    operations.push({ type: "put", key: chainKeys.base(), value: uint64Be(to) });
    return operations;
  }

  /** Height of the first block that is kept; undefined if none was ever pruned. */
  base(): bigint | undefined {
    const bytes = this.backend.get(chainKeys.base());
    return bytes && readUint64Be(bytes);
  }

  /** A block as the event index wants it. */
  indexed(height: bigint): IndexedBlock | undefined {
    const results = this.results(height);
    return results && indexedOf(results);
  }
}

/** What the event index wants of a block's results. */
export function indexedOf({ height, events, txResults }: BlockResults): IndexedBlock {
  return { height, events, txs: txResults.map((result) => result.events) };
}

/** The transaction of a serialised tendermint.types.Block: field 1 of its data, which is field 2. */
function encodedTx(block: Uint8Array, index: number): Uint8Array | undefined {
  for (const data of readFields(block)) {
    if (data.number !== 2) continue;
    let at = 0;
    for (const field of readFields(data.bytes())) {
      if (field.number === 1 && at++ === index) return field.bytes();
    }
  }
  return undefined;
}

function encodeRules(rules: HeightRules): Uint8Array {
  return new ProtobufWriter()
    .message(1, encodeValidatorSet(rules.validators))
    .message(2, encodeConsensusParams(rules.params))
    .finish();
}

function decodeRules(bytes: Uint8Array): HeightRules {
  let validators = new ValidatorSet([]);
  let params = defaultConsensusParams;
  for (const field of readFields(bytes)) {
    if (field.number === 1) validators = decodeValidatorSet(field.bytes());
    else if (field.number === 2) params = { ...params, ...decodeConsensusParams(field.bytes()) };
  }
  return { validators, params };
}

/** As tendermint.abci.ResponseFinalizeBlock, with the number of transactions in place of their results. */
function encodeResults(results: BlockResults): Uint8Array {
  const writer = new ProtobufWriter();
  for (const event of results.events) writer.message(1, encodeEvent(event));
  for (const { publicKey, power } of results.validatorUpdates) {
    writer.message(3, new ProtobufWriter().message(1, encodePublicKey(publicKey)).varint(2, power).finish());
  }
  return writer
    .message(4, encodeConsensusParams(results.consensusParamUpdates))
    .bytes(5, results.appHash)
    .varint(15, results.txResults.length)
    .finish();
}

function decodeResults(height: bigint, bytes: Uint8Array): Omit<BlockResults, "txResults"> & { txCount: number } {
  const events: AbciEvent[] = [];
  const validatorUpdates: ValidatorUpdate[] = [];
  let [consensusParamUpdates, appHash, txCount] = [defaultConsensusParams, emptyBytes, 0];
  for (const field of readFields(bytes)) {
    if (field.number === 1) events.push(decodeEvent(field.bytes()));
    else if (field.number === 3) validatorUpdates.push(decodeUpdate(field.bytes()));
    else if (field.number === 4) {
      consensusParamUpdates = { ...consensusParamUpdates, ...decodeConsensusParams(field.bytes()) };
    } else if (field.number === 5) appHash = field.bytes();
    else if (field.number === 15) txCount = field.uint32();
  }
  return { height, events, validatorUpdates, consensusParamUpdates, appHash, txCount };
}

function decodeUpdate(bytes: Uint8Array): ValidatorUpdate {
  let publicKey: PublicKey | undefined;
  let power = 0n;
  for (const field of readFields(bytes)) {
    if (field.number === 1) publicKey = decodePublicKey(field.bytes());
    else if (field.number === 2) power = field.int64();
  }
  if (publicKey === undefined) throw new ProtobufError("a validator update without key");
  return { publicKey, power };
}
