/** Answers of a node that carry their proof; whatever nothing proves is left out or refused. */
import {
  type Block,
  consensusParamsHash,
  defaultConsensusParams,
  encodeBlock,
  equalBlockIds,
  headerHash,
  type LightBlock,
  type PublicKey,
  partSetHeader,
  resultsHash,
  type Time,
  verifyMerkleProof,
  verifyStoreProof,
} from "@stoa/consensus";
import { equalBytes, toBase64, toHex, toHexUpper } from "@stoa/std";
import { ChainError } from "../chain/errors.ts";
import { readBlock } from "./block-json.ts";
import { type ProvenResult, readProvenTx, readQueryResponse, readResults } from "./comet-json.ts";
import { LightError } from "./errors.ts";
import type { LightClient } from "./light-client.ts";
import { ask } from "./source.ts";

/** A validator as a header proves it: its turn-taking priority is not part of that. */
export interface ProvenValidator {
  readonly address: Uint8Array;
  readonly publicKey: PublicKey;
  readonly power: bigint;
}

/** What stood at a key of a store after a height. */
export interface ProvenValue {
  readonly height: bigint;
  /**
   * Of the header that proves it. A node can show an old state as its newest, up to the trusting period: whoever needs a new
   * one compares this with a clock.
   */
  readonly time: Time;
  /** `undefined` when it is proven that nothing stands there. */
  readonly value: Uint8Array | undefined;
}

export interface ProvenTx {
  readonly height: bigint;
  readonly index: number;
  readonly tx: Uint8Array;
  readonly result: ProvenResult;
}

export interface ProvenResults {
  readonly height: bigint;
  readonly results: readonly ProvenResult[];
  /** The state after the block. */
  readonly appHash: Uint8Array;
}

/** Parameters that headers commit to; the others are each node's word. */
export interface ProvenLimits {
  readonly height: bigint;
  readonly maxBytes: bigint;
  readonly maxGas: bigint;
}

export class VerifiedChain {
  readonly #light: LightClient;

  constructor(light: LightClient) {
    this.#light = light;
  }

  /** Header, commit and validators of a height, or of the newest block. */
  header(height?: bigint): Promise<LightBlock> {
    return this.#light.blockAt(height);
  }

  async validators(height?: bigint): Promise<readonly ProvenValidator[]> {
    const { validators } = await this.#light.blockAt(height);
    return validators.validators.map(({ address, publicKey, power }) => ({ address, publicKey, power }));
  }

  /** A whole block: the parts that validators signed are computed from it. */
  async block(height?: bigint): Promise<Block> {
    const { header, commit } = await this.#light.blockAt(height);
    const { block, blockId } = readBlock(await this.#ask("block", { height: String(header.height) }));
    const { hash } = this.#light;
    const own = { hash: headerHash(hash, block.header), parts: partSetHeader(hash, encodeBlock(block)) };
    const what = `block ${header.height}`;
    this.#demand(equalBlockIds(own, commit.blockId), `${what} is not the one that was signed`);
    this.#demand(equalBlockIds(blockId, commit.blockId), `${what} is named otherwise than it was signed`);
    return block;
  }

  /**
   * What stands at a key of a store (`bank`, `acc`, …) after a height; without height, after the last one whose proof is
   * there. The proof leads to the app hash of the next header (base-chain.md §3.5).
   */
  async query(store: string, key: Uint8Array, height?: bigint): Promise<ProvenValue> {
    const next = height === undefined ? await this.#light.blockAt() : await this.#after(height);
    const at = next.header.height - 1n;
    const params = { path: `/store/${store}/key`, data: toHex(key), height: String(at), prove: true };
    const answer = readQueryResponse((await this.#ask("abci_query", params)).field("response"));
    const said = answer.log === "" ? "" : `; the node says: ${answer.log}`;
    if (answer.code !== 0) {
      // Refusals carry no proof: this is the node's word that it cannot answer, and never an answer.
      const text = `the store ${store} at height ${at}: code ${answer.code}${said}`;
      throw new ChainError("query", text, { abciCode: answer.code });
    }
    this.#demand(answer.height === at && equalBytes(answer.key, key), "the answer is to another question");
    const value = answer.value.length === 0 ? undefined : answer.value;
    const root = next.header.appHash;
    const proven = verifyStoreProof(this.#light.hash, root, answer.ops, store, key, value);
    this.#demand(proven, `nothing proves the value of ${toHexUpper(key)} in ${store} at height ${at}${said}`);
    return { height: at, time: next.header.time, value };
  }

  /** A transaction by its hash, with its place and result. `too-early` until the block after it is there. */
  async tx(hash: Uint8Array): Promise<ProvenTx> {
    const answer = readProvenTx(await this.#ask("tx", { hash: toBase64(hash), prove: true }));
    const { height, index, tx, proof } = answer;
    const name = this.#light.hash.sha256(tx);
    const asked = equalBytes(name, hash) && equalBytes(answer.hash, hash) && equalBytes(answer.proven, tx);
    this.#demand(asked, "the answer is another transaction");
    const { header } = await this.#light.blockAt(height);
    const holds = equalBytes(answer.root, header.dataHash) && proof.index === index;
    const proven = holds && verifyMerkleProof(this.#light.hash, header.dataHash, name, proof);
    this.#demand(proven, `nothing proves that block ${height} holds the transaction at ${index}`);
    const { results } = await this.results(height);
    const result = results[index];
    if (result === undefined || !sameResult(result, answer.result)) {
      throw new LightError("unproven", "the transaction's result is not the one that the next header names");
    }
    return { height, index, tx, result };
  }

  /** Results of a block's transactions, as the next header names them. `too-early` until that header is there. */
  async results(height: bigint): Promise<ProvenResults> {
    const { header } = await this.#after(height);
    const answer = readResults(await this.#ask("block_results", { height: String(height) }));
    const own = resultsHash(this.#light.hash, answer.results);
    this.#demand(answer.height === height, "the answer is of another height");
    this.#demand(equalBytes(own, header.lastResultsHash), `nothing proves the results of block ${height}`);
    this.#demand(equalBytes(answer.appHash, header.appHash), `nothing proves the state after block ${height}`);
    return { height, results: answer.results, appHash: answer.appHash };
  }

  /** The limits of blocks at a height. */
  async limits(height?: bigint): Promise<ProvenLimits> {
    const { header } = await this.#light.blockAt(height);
    const answer = await this.#ask("consensus_params", { height: String(header.height) });
    this.#demand(answer.field("block_height").int64() === header.height, "the answer is of another height");
    const block = answer.field("consensus_params").field("block");
    const limits = { maxBytes: block.field("max_bytes").int64(), maxGas: block.field("max_gas").int64() };
    const own = consensusParamsHash(this.#light.hash, { ...defaultConsensusParams, block: limits });
    this.#demand(equalBytes(own, header.consensusHash), `nothing proves the limits at height ${header.height}`);
    return { height: header.height, ...limits };
  }

  #ask(method: string, params: Readonly<Record<string, unknown>>) {
    return ask(this.#light.primary, method, params);
  }

  /** The block after a height, which proves what that height led to. */
  async #after(height: bigint): Promise<LightBlock> {
    try {
      return await this.#light.blockAt(height + 1n);
    } catch (cause) {
      if (!(cause instanceof ChainError) || cause.code !== "rpc") throw cause;
      const text = `the block after ${height} is not there yet, or not any more: ${cause.message}`;
      throw new LightError("too-early", text);
    }
  }

  #demand(holds: boolean, otherwise: string): void {
    if (!holds) throw new LightError("unproven", otherwise);
  }
}

function sameResult(a: ProvenResult, b: ProvenResult): boolean {
  const numbers = a.code === b.code && a.gasWanted === b.gasWanted && a.gasUsed === b.gasUsed;
  return numbers && equalBytes(a.data, b.data);
}
