import { create } from "@bufbuild/protobuf";
import { formatTime } from "@stoa/consensus";
import { toHexUpper } from "@stoa/std";
import { decodeTx, newMessage, txTypesOf, withEthereumKeys } from "@stoa/wire";
import { BroadcastMode, OrderBy, Service, type Tx, TxSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { registry } from "@stoa/wire/registry";
import { MempoolError, type StoredTx } from "../../engines/engine.ts";
import { readGoHex } from "../rpc/go-hex.ts";
import { pageOf } from "../rpc/method.ts";
import { readQuery, searchTxs } from "../rpc/search.ts";
import { blockIdMessage, blockMessage, requireBlock } from "./comet-service.ts";
import type { ServiceContext } from "./service-context.ts";
import { ServiceError } from "./service-error.ts";
import { type ServiceMethod, serve, serveStateless } from "./service-table.ts";

// What stands in a block is shown, whatever the chain thought of it.
const types = withEthereumKeys(txTypesOf(registry));

/** Transactions that a page of a search holds when nothing is said, and at most. */
const defaultPageTxs = 100n;

/** Codes that clients of the mempool know (base-chain.md §4.5); what else goes wrong has none. */
const mempoolCodes: ReadonlyMap<string, number> = new Map([
  ["in-cache", 19],
  ["full", 20],
  ["too-large", 21],
]);

function readTx(bytes: Uint8Array): Tx {
  const decoded = decodeTx(bytes, types);
  if (!decoded.ok) {
    const { codespace, code, log, detail } = decoded.error;
    throw new ServiceError("Unknown", `codespace ${codespace} code ${code}: ${log}: ${detail}`);
  }
  const { body, authInfo, signatures } = decoded.value;
  return create(TxSchema, { body, authInfo, signatures: [...signatures] });
}

/** A transaction of a block as clients read it, with its tx opened. */
async function txResponse(context: ServiceContext, stored: StoredTx, tx: Tx) {
  const { result } = stored;
  const block = await context.engine.block(stored.height);
  // Seconds are the reference's precision here.
  const time = block === undefined ? "" : formatTime(block.block.header.time).replace(/\.\d+Z$/, "Z");
  return {
    height: stored.height,
    txhash: toHexUpper(stored.hash),
    codespace: result.codespace,
    code: result.code,
    data: toHexUpper(result.data),
    rawLog: result.log,
    info: result.info,
    gasWanted: result.gasWanted,
    gasUsed: result.gasUsed,
    tx: newMessage(TxSchema, tx),
    timestamp: time,
    events: result.events.map(({ type, attributes }) => ({
      type,
      attributes: attributes.map((each) => ({ ...each })),
    })),
  };
}

async function getTx(context: ServiceContext, text: string) {
  if (text === "") throw new ServiceError("InvalidArgument", "tx hash cannot be empty");
  const hash = readGoHex(text);
  if ("problem" in hash) throw new ServiceError("Unknown", hash.problem);
  const stored = await context.engine.tx(hash.bytes);
  if (stored === undefined) throw new ServiceError("NotFound", `tx not found: ${text}`);
  const tx = readTx(stored.tx);
  return { tx, txResponse: await txResponse(context, stored, tx) };
}

interface SearchRequest {
  readonly query: string;
  readonly page: bigint;
  readonly limit: bigint;
  readonly orderBy: OrderBy;
}

async function getTxsEvent(context: ServiceContext, request: SearchRequest) {
  const { query } = request;
  if (query === "") throw new ServiceError("Internal", "query cannot be empty");
  const page = request.page === 0n ? 1n : request.page;
  const limit = request.limit === 0n ? defaultPageTxs : request.limit;
  const order = request.orderBy === OrderBy.DESC ? "desc" : "asc";
  try {
    const found = await searchTxs(context, readQuery(query));
    const { start, end } = pageOf(found.total, page, limit);
    const txs: Tx[] = [];
    const txResponses = [];
    for (const place of await found.page(start, end, order)) {
      const stored = await context.engine.txAt(place);
      if (stored === undefined) continue;
      const tx = readTx(stored.tx);
      txs.push(tx);
      txResponses.push(await txResponse(context, stored, tx));
    }
    return { txs, txResponses, total: BigInt(found.total) };
  } catch (problem) {
    if (problem instanceof ServiceError) throw problem;
    const why = problem instanceof Error ? problem.message : String(problem);
    throw new ServiceError("Internal", `failed to search for txs: ${why}`);
  }
}

interface BlockRequest {
  readonly height: bigint;
  readonly pagination?: { readonly offset: bigint; readonly limit: bigint; readonly reverse: boolean } | undefined;
}

async function getBlockWithTxs(context: ServiceContext, request: BlockRequest, current: bigint) {
  const { height, pagination } = request;
  if (height < 1n || height > current) {
    const detail = `requested height ${height} but height must not be less than 1 or greater than the current height ${current}`;
    throw new ServiceError("Unknown", `codespace sdk code 26: invalid height: ${detail}`);
  }
  const stored = await requireBlock(context, height);
  const { txs } = stored.block;
  const offset = pagination?.offset ?? 0n;
  const limit = pagination?.limit ?? defaultPageTxs;
  if (txs.length > 0 && offset >= BigInt(txs.length)) {
    const detail = `out of range: cannot paginate ${txs.length} txs with offset ${offset} and limit ${limit}`;
    throw new ServiceError("Unknown", `codespace sdk code 18: invalid request: ${detail}`);
  }
  const start = Number(offset);
  const count = limit > BigInt(txs.length) ? txs.length : Number(limit);
  // Backwards the reference counts down from the offset and leaves out the first transaction.
  const page =
    pagination?.reverse === true
      ? txs.slice(Math.max(1, start + 1 - count), start + 1).toReversed()
      : txs.slice(start, start + count);
  return {
    txs: page.map(readTx),
    blockId: blockIdMessage(stored.blockId),
    block: blockMessage(stored),
    pagination: { total: BigInt(txs.length) },
  };
}

async function broadcast(context: ServiceContext, tx: Uint8Array, mode: BroadcastMode) {
  if (tx.length === 0) throw new ServiceError("InvalidArgument", "invalid empty tx");
  const txhash = toHexUpper(context.hash.sha256(tx));
  if (mode !== BroadcastMode.SYNC && mode !== BroadcastMode.ASYNC) {
    throw new ServiceError("Unknown", "unsupported return type unspecified; supported types: sync, async");
  }
  try {
    const { code, codespace, data, log } = await context.engine.broadcast(tx);
    if (mode === BroadcastMode.ASYNC) return { txResponse: { txhash } };
    return { txResponse: { txhash, code, codespace, data: toHexUpper(data), rawLog: log } };
  } catch (problem) {
    if (!(problem instanceof MempoolError)) throw problem;
    const code = mempoolCodes.get(problem.code);
    if (code === undefined) throw new ServiceError("Unavailable", problem.message);
    return { txResponse: { txhash, code, codespace: "sdk", rawLog: problem.message } };
  }
}

/** The methods of `cosmos.tx.v1beta1.Service` that need blocks, the index or the mempool; the state machine has the others. */
export function txService(context: ServiceContext): ServiceMethod[] {
  const { method } = Service;
  return [
    serve(context, method.getTx, ({ hash }) => getTx(context, hash)),
    serve(context, method.getTxsEvent, (request) => getTxsEvent(context, request)),
    serve(context, method.getBlockWithTxs, (request, height) => getBlockWithTxs(context, request, height)),
    serveStateless(method.broadcastTx, ({ txBytes, mode }) => broadcast(context, txBytes, mode)),
  ];
}
