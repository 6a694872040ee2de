/** Reads a chain over JSON-RPC: status, blocks, typed queries through `abci_query`. */
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { fromBase64, fromHex, type Timers, toBase64, toHex } from "@stoa/std";
import { decode, encode } from "@stoa/wire";
import { Query as AuthQuery, BaseAccountSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import type { PageRequestSchema } from "@stoa/wire/cosmos.base.query.v1beta1";
import { ChainError, isNotFound } from "./errors.ts";
import { type BlockResults, readEvents, readTxResult, type TxResult } from "./events.ts";
import { type JsonObject, JsonRpc } from "./json-rpc.ts";
import type { Fetch } from "./ports.ts";

export interface ChainStatus {
  readonly chainId: string;
  readonly height: bigint;
  /** Time of the last block, RFC 3339. */
  readonly blockTime: string;
  readonly catchingUp: boolean;
}

export interface AccountFacts {
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** A transaction that is in a block. */
export interface IncludedTx {
  readonly hash: string;
  readonly height: bigint;
  readonly result: TxResult;
}

/** What the node said of a transaction before any block. */
export interface CheckAnswer {
  readonly hash: string;
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
}

export interface ChainClientParams {
  readonly url: string;
  readonly fetch: Fetch;
  readonly timers: Timers;
}

/** Most rows that one page of a list query brings; more pages follow. */
export const pageRows = 200n;
/** More pages than this mean that a node does not end its list. */
const pagesMax = 10_000;

type PageInit = MessageInitShape<typeof PageRequestSchema>;

export class ChainClient {
  readonly rpc: JsonRpc;

  constructor(params: ChainClientParams) {
    this.rpc = new JsonRpc(params);
  }

  async status(): Promise<ChainStatus> {
    const { node_info, sync_info } = (await this.rpc.call("status")) as Record<string, JsonObject | undefined>;
    const height = String(sync_info?.latest_block_height ?? "");
    if (!/^[0-9]{1,19}$/.test(height)) throw new ChainError("bad-answer", "the node's status names no height");
    return {
      chainId: String(node_info?.network ?? ""),
      height: BigInt(height),
      blockTime: String(sync_info?.latest_block_time ?? ""),
      catchingUp: sync_info?.catching_up === true,
    };
  }

  /**
   * Height of the last block that the application committed. CometBFT stores a block before it runs it, so `status` may
   * name one whose results and state are not there yet.
   */
  async committedHeight(): Promise<bigint> {
    const { last_block_height } = applicationAnswer("abci_info", await this.rpc.call("abci_info"));
    // A zero is left out of the answer.
    const height = String(last_block_height ?? "0");
    if (!/^[0-9]{1,19}$/.test(height)) throw new ChainError("bad-answer", "the node's abci_info names no height");
    return BigInt(height);
  }

  async blockResults(height: bigint): Promise<BlockResults> {
    const result = await this.rpc.call("block_results", { height: String(height) });
    const transactions = Array.isArray(result.txs_results) ? result.txs_results.map(readTxResult) : [];
    return { height, transactions, blockEvents: readEvents(result.finalize_block_events) };
  }

  /** A typed query at the last height. Throws ChainError `query` when the application refuses it. */
  async query<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    const path = `/${method.parent.typeName}/${method.name}`;
    const value = await this.abciQuery(path, encode(method.input, create(method.input, request)));
    return decode(method.output, value);
  }

  /** Every row of a list query, page after page. */
  async queryAll<I extends DescMessage, O extends DescMessage, R>(
    method: DescMethodUnary<I, O>,
    request: (pagination: PageInit) => MessageInitShape<I>,
    rows: (answer: MessageShape<O>) => { rows: readonly R[]; nextKey: Uint8Array | undefined },
  ): Promise<R[]> {
    const all: R[] = [];
    let key: Uint8Array | undefined;
    for (let page = 0; page < pagesMax; page++) {
      const pagination: PageInit = key === undefined ? { limit: pageRows } : { limit: pageRows, key };
      const answer = rows(await this.query(method, request(pagination)));
      all.push(...answer.rows);
      if (answer.nextKey === undefined || answer.nextKey.length === 0) return all;
      key = answer.nextKey;
    }
    throw new ChainError("bad-answer", `the list of ${method.name} does not end`);
  }

  async abciQuery(path: string, data: Uint8Array): Promise<Uint8Array> {
    const answer = await this.rpc.call("abci_query", { path, data: toHex(data), height: "0", prove: false });
    const response = applicationAnswer(path, answer);
    const code = Number(response.code ?? 0);
    if (code !== 0) {
      const codespace = String(response.codespace ?? "");
      throw new ChainError("query", String(response.log ?? `${path}: code ${code}`), { codespace, abciCode: code });
    }
    const value = String(response.value ?? "");
    return bytesOfBase64(value);
  }

  /** `null` for an account that the chain does not know. */
  async account(address: string): Promise<AccountFacts | null> {
    try {
      const { account } = await this.query(AuthQuery.method.account, { address });
      if (account === undefined || account.typeUrl !== `/${BaseAccountSchema.typeName}`) return null;
      const { accountNumber, sequence } = decode(BaseAccountSchema, account.value);
      return { accountNumber, sequence };
    } catch (cause) {
      if (isNotFound(cause)) return null;
      throw cause;
    }
  }

  /** Hands a transaction to the node, which checks it and passes it on. A refusal is in the answer, not thrown. */
  async broadcast(tx: Uint8Array): Promise<CheckAnswer> {
    const result = await this.rpc.call("broadcast_tx_sync", { tx: toBase64(tx) });
    return {
      hash: String(result.hash ?? "").toUpperCase(),
      code: Number(result.code ?? 0),
      codespace: String(result.codespace ?? ""),
      log: String(result.log ?? ""),
    };
  }

  /** The transaction with this hash, or `null` while no block holds it. */
  async transaction(hash: string): Promise<IncludedTx | null> {
    const bytes = fromHex(hash);
    if (bytes === undefined) throw new ChainError("bad-answer", `not a transaction hash: ${hash}`);
    try {
      const result = await this.rpc.call("tx", { hash: toBase64(bytes), prove: false });
      return { hash, height: BigInt(String(result.height ?? 0)), result: readTxResult(result.tx_result) };
    } catch (cause) {
      if (cause instanceof ChainError && cause.code === "rpc" && /not found/i.test(cause.message)) return null;
      throw cause;
    }
  }
}

/**
 * What the application answered. Nothing at all is no empty answer: whoever took it for one would take every list for
 * empty, and every lease for gone.
 */
function applicationAnswer(asked: string, { response }: JsonObject): JsonObject {
  if (typeof response === "object" && response !== null) return response as JsonObject;
  throw new ChainError("bad-answer", `${asked}: the node's answer holds none of the application's`);
}

function bytesOfBase64(text: string): Uint8Array {
  const bytes = text === "" ? new Uint8Array() : fromBase64(text);
  if (bytes === undefined) throw new ChainError("bad-answer", "the node's answer is not base64");
  return bytes;
}
