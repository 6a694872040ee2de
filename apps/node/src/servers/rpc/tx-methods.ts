import { txProofs } from "@stoa/consensus";
import { emptyBytes, equalBytes, fromHex, maxInt64, toBase64, toHexUpper } from "@stoa/std";
import type { CommittedBlock, StoredTx, TxFilter, TxPlace } from "../../engines/engine.ts";
import { tagsOf } from "./block-events.ts";
import { type EventQuery, matchesQuery, maxQueryLength, parseQuery, type QueryCondition } from "./event-query.ts";
import { type JsonValue, RpcError } from "./json-rpc.ts";
import { merkleProofJson, txResultJson } from "./json-values.ts";
import { method, pageOf, type RpcContext, type RpcMethod } from "./method.ts";

/** How long `broadcast_tx_commit` waits for the block (base-chain.md §1.6). */
const commitTimeoutMs = 10_000;

/** `broadcast_tx_async` answers before the check; what the check then says is only logged. */
const broadcastAsync = method({ tx: "bytes" }, async ({ engine, hash, log }, { tx = emptyBytes }) => {
  void engine.broadcast(tx).catch((error: unknown) => {
    log.debug("a transaction was not taken", { reason: error instanceof Error ? error.message : String(error) });
  });
  return { code: 0, data: "", log: "", codespace: "", hash: toHexUpper(hash.sha256(tx)) };
});

const broadcastSync = method({ tx: "bytes" }, async ({ engine, hash }, { tx = emptyBytes }) => {
  const check = await engine.broadcast(tx);
  return {
    code: check.code,
    data: toHexUpper(check.data),
    log: check.log,
    codespace: check.codespace,
    hash: toHexUpper(hash.sha256(tx)),
  };
});

const noResult = {
  code: 0,
  data: emptyBytes,
  log: "",
  info: "",
  gasWanted: 0n,
  gasUsed: 0n,
  events: [],
  codespace: "",
};

const broadcastCommit = method({ tx: "bytes" }, async (context, { tx = emptyBytes }) => {
  const name = context.hash.sha256(tx);
  const included = waitForTx(context, name);
  try {
    const check = await context.engine.broadcast(tx);
    const answer = { check_tx: txResultJson(check), hash: toHexUpper(name) };
    if (check.code !== 0) return { ...answer, tx_result: txResultJson(noResult), height: "0" };
    const found = await included.found;
    if (found === undefined) throw RpcError.internal("timed out waiting for tx to be included in a block");
    return { ...answer, tx_result: txResultJson(found.result), height: String(found.height) };
  } finally {
    included.stop();
  }
});

interface Inclusion {
  readonly height: bigint;
  readonly result: StoredTx["result"];
}

/** Watches for a transaction from now on; undefined when it does not come in time. */
function waitForTx({ engine, hash, timers }: RpcContext, name: Uint8Array) {
  let settle: (inclusion: Inclusion | undefined) => void = () => {};
  const found = new Promise<Inclusion | undefined>((resolve) => {
    settle = resolve;
  });
  const timer = timers.after(commitTimeoutMs, () => settle(undefined));
  const unsubscribe = engine.onBlock(({ block, results }: CommittedBlock) => {
    const index = block.txs.findIndex((tx) => equalBytes(hash.sha256(tx), name));
    const result = results.txResults[index];
    if (result !== undefined) settle({ height: block.header.height, result });
  });
  const stop = (): void => {
    timer.cancel();
    unsubscribe();
  };
  return { found, stop };
}

const checkTx = method({ tx: "bytes" }, async ({ engine }, { tx = emptyBytes }) =>
  txResultJson(await engine.checkTx(tx)),
);

async function txJson({ engine, hash }: RpcContext, stored: StoredTx, prove: boolean): Promise<JsonValue> {
  const json = {
    hash: toHexUpper(stored.hash),
    height: String(stored.height),
    index: stored.index,
    tx_result: txResultJson(stored.result),
    tx: toBase64(stored.tx),
  };
  if (!prove) return json;
  const block = await engine.block(stored.height);
  const { root, proofs } = txProofs(hash, block?.block.txs ?? []);
  const proof = proofs[stored.index];
  if (proof === undefined) throw RpcError.internal(`block ${stored.height} lacks transaction ${stored.index}`);
  return {
    ...json,
    proof: { root_hash: toHexUpper(root), data: toBase64(stored.tx), proof: merkleProofJson(proof) },
  };
}

const tx = method({ hash: "bytes", prove: "yesNo" }, async (context, { hash = emptyBytes, prove = false }) => {
  const stored = await context.engine.tx(hash);
  if (stored === undefined) throw RpcError.internal(`tx (${toHexUpper(hash)}) not found`);
  return txJson(context, stored, prove);
});

const txSearch = method(
  { query: "text", prove: "yesNo", page: "integer", per_page: "integer", order_by: "text" },
  async (context, { query = "", prove = false, page, per_page: perPage, order_by: orderBy = "" }) => {
    if (query.length > maxQueryLength) throw RpcError.internal("maximum query length exceeded");
    const parsed = parseQuery(query);
    if (!parsed.ok) throw RpcError.internal(parsed.error);
    const found = [...(await searchTxs(context, parsed.value))];
    if (orderBy === "desc") found.reverse();
    else if (orderBy !== "asc" && orderBy !== "") {
      throw RpcError.internal("expected order_by to be either `asc` or `desc` or empty");
    }
    const { start, end } = pageOf(found.length, page, perPage);
    const txs: JsonValue[] = [];
    for (const place of found.slice(start, end)) {
      const stored = await context.engine.txAt(place);
      if (stored !== undefined) txs.push(await txJson(context, stored, prove));
    }
    return { txs, total_count: String(found.length) };
  },
);

/** Runs a query: the index answers equality and heights, what is left is compared transaction by transaction. */
async function searchTxs({ engine }: RpcContext, query: EventQuery): Promise<readonly TxPlace[]> {
  const byHash = query
    .map((condition) => (condition.tag === "tx.hash" ? equalText(condition) : undefined))
    .find(Boolean);
  if (byHash !== undefined) {
    const stored = await engine.tx(fromHex(byHash) ?? emptyBytes);
    return stored !== undefined && matchesQuery(query, txTags(stored)) ? [stored] : [];
  }
  const filter = filterOf(query);
  if (filter.equals.length === 0 && !query.some(({ tag }) => tag === "tx.height")) {
    throw RpcError.internal(
      "the query is not supported: it needs tx.hash, tx.height or an attribute that equals a text",
    );
  }
  const places = await engine.searchTxs(filter);
  if (query.every(isIndexed)) return places;
  const found: TxPlace[] = [];
  for (const place of places) {
    const stored = await engine.txAt(place);
    if (stored !== undefined && matchesQuery(query, txTags(stored))) found.push(place);
  }
  return found;
}

/** The text that a condition asks for exactly, if it does. */
function equalText({ operator, operand }: QueryCondition): string | undefined {
  return operator === "=" && operand?.kind === "text" ? operand.text : undefined;
}

/** The height that a condition bounds, if it is a plain one. */
function boundHeight({ tag, operand }: QueryCondition): bigint | undefined {
  if (tag !== "tx.height" || operand?.kind !== "number" || !/^\d{1,18}$/.test(operand.digits)) return undefined;
  return BigInt(operand.digits);
}

/** True if the index alone decides the condition. */
function isIndexed(condition: QueryCondition): boolean {
  if (condition.tag === "tx.height") return boundHeight(condition) !== undefined;
  return equalText(condition) !== undefined;
}

/** Tags of a stored transaction: only indexed attributes count (base-chain.md §5.4). */
function txTags(stored: StoredTx): ReturnType<typeof tagsOf> {
  const indexed = stored.result.events.map(({ type, attributes }) => ({
    type,
    attributes: attributes.filter(({ index }) => index),
  }));
  return tagsOf(indexed, { "tx.hash": toHexUpper(stored.hash), "tx.height": String(stored.height) });
}

function filterOf(query: EventQuery): TxFilter {
  let [minHeight, maxHeight] = [1n, maxInt64 - 1n];
  const equals: { key: string; value: string }[] = [];
  for (const condition of query) {
    const { tag, operator } = condition;
    const text = tag === "tx.height" ? undefined : equalText(condition);
    if (text !== undefined) equals.push({ key: tag, value: text });
    const height = boundHeight(condition);
    if (height === undefined) continue;
    const low = operator === "=" || operator === ">=" ? height : operator === ">" ? height + 1n : minHeight;
    const high = operator === "=" || operator === "<=" ? height : operator === "<" ? height - 1n : maxHeight;
    if (low > minHeight) minHeight = low;
    if (high < maxHeight) maxHeight = high;
  }
  return { equals, minHeight, maxHeight };
}

const unconfirmedTxs = method({ limit: "integer" }, async ({ engine }, { limit = 30n }) => {
  const bounded = limit < 1n ? 30 : limit > 100n ? 100 : Number(limit);
  const { txs, total, totalBytes } = await engine.mempool(bounded);
  const counts = { n_txs: String(txs.length), total: String(total), total_bytes: String(totalBytes) };
  return { ...counts, txs: txs.map(toBase64) };
});

const unconfirmedCount = method({}, async ({ engine }) => {
  const { total, totalBytes } = await engine.mempool(0);
  return { n_txs: String(total), total: String(total), total_bytes: String(totalBytes), txs: null };
});

/** Sending, finding and counting transactions. */
export const txMethods: Readonly<Record<string, RpcMethod>> = {
  broadcast_tx_async: broadcastAsync,
  broadcast_tx_commit: broadcastCommit,
  broadcast_tx_sync: broadcastSync,
  check_tx: checkTx,
  num_unconfirmed_txs: unconfirmedCount,
  tx,
  tx_search: txSearch,
  unconfirmed_txs: unconfirmedTxs,
};
