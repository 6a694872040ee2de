import { txProofs } from "@stoa/consensus";
import { emptyBytes, equalBytes, toBase64, toHexUpper } from "@stoa/std";
import type { CommittedBlock, StoredTx } from "../../engines/engine.ts";
import { type JsonValue, RpcError } from "./json-rpc.ts";
import { merkleProofJson, txResultJson } from "./json-values.ts";
import { method, pageOf, type RpcContext, type RpcMethod } from "./method.ts";
import { readOrder, readQuery, searchTxs } from "./search.ts";

/** How long `broadcast_tx_commit` waits for the block (base-chain.md §1.6). */
const commitTimeoutMs = 10_000;

/** `broadcast_tx_async` does not tell what the check said; what the mempool itself refuses is an error, as with the others. */
const broadcastAsync = method({ tx: "tx" }, async ({ engine }, { tx = emptyBytes }) => {
  const { hash } = await engine.broadcast(tx);
  return { code: 0, data: "", log: "", codespace: "", hash: toHexUpper(hash) };
});

const broadcastSync = method({ tx: "tx" }, async ({ engine }, { tx = emptyBytes }) => {
  const { code, data, log, codespace, hash } = await engine.broadcast(tx);
  return { code, data: toHexUpper(data), log, codespace, hash: toHexUpper(hash) };
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

const broadcastCommit = method({ tx: "tx" }, async (context, { tx = emptyBytes }) => {
  const included = waitForTx(context, tx);
  try {
    const check = await context.engine.broadcast(tx);
    const answer = { check_tx: txResultJson(check), hash: toHexUpper(check.hash) };
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
function waitForTx({ engine, timers }: RpcContext, tx: Uint8Array) {
  let settle: (inclusion: Inclusion | undefined) => void = () => {};
  const found = new Promise<Inclusion | undefined>((resolve) => {
    settle = resolve;
  });
  const timer = timers.after(commitTimeoutMs, () => settle(undefined));
  const unsubscribe = engine.onBlock(({ block, results }: CommittedBlock) => {
    // By bytes: thousands may wait for a block of thousands, and a hash for each pair would hold up everybody.
    const index = block.txs.findIndex((one) => equalBytes(one, tx));
    const result = results.txResults[index];
    if (result !== undefined) settle({ height: block.header.height, result });
  });
  const stop = (): void => {
    timer.cancel();
    unsubscribe();
  };
  return { found, stop };
}

const checkTx = method({ tx: "tx" }, async ({ engine }, { tx = emptyBytes }) => txResultJson(await engine.checkTx(tx)));

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

async function findTx(context: RpcContext, hash: Uint8Array, prove: boolean): Promise<JsonValue> {
  if (hash.length === 0) throw RpcError.internal("transaction hash cannot be empty");
  const stored = await context.engine.tx(hash);
  if (stored === undefined) throw RpcError.internal(`tx (${toHexUpper(hash)}) not found`);
  return txJson(context, stored, prove);
}

const tx = method(
  { hash: "bytes", prove: "yesNo" },
  (context, { hash = emptyBytes, prove = false }) => findTx(context, hash, prove),
  { cacheable: "always" },
);

const txSearch = method(
  { query: "text", prove: "yesNo", page: "count", per_page: "count", order_by: "text" },
  async (context, { query = "", prove = false, page, per_page: perPage, order_by: orderBy = "" }) => {
    const found = await searchTxs(context, readQuery(query));
    const order = readOrder(orderBy, "asc");
    const { start, end } = pageOf(found.total, page, perPage);
    const txs: JsonValue[] = [];
    for (const place of await found.page(start, end, order)) {
      const stored = await context.engine.txAt(place);
      if (stored !== undefined) txs.push(await txJson(context, stored, prove));
    }
    return { txs, total_count: String(found.total) };
  },
);

const unconfirmedTxs = method({ limit: "count" }, async ({ engine }, { limit = 30n }) => {
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
