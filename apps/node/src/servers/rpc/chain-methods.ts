import { emptyBytes, toBase64 } from "@stoa/std";
import { RpcError } from "./json-rpc.ts";
import {
  base64OrNull,
  blockIdJson,
  blockJson,
  blockMetaJson,
  blockResultsJson,
  commitJson,
  consensusParamsJson,
  headerJson,
  validatorJson,
} from "./json-values.ts";
import { heightOf, method, pageOf, type RpcContext, type RpcMethod } from "./method.ts";
import { readOrder, readQuery, searchBlocks } from "./search.ts";

/** Headers that one `blockchain` call answers. */
const maxHeaders = 20n;

const height = { height: "integer" } as const;

async function blockAt(context: RpcContext, asked: bigint | undefined) {
  const stored = await context.engine.block(await heightOf(context, asked));
  if (stored === undefined) throw RpcError.internal(`block ${asked} is missing`);
  return stored;
}

const noBlockId = { hash: emptyBytes, parts: { total: 0, hash: emptyBytes } };

const block = method(
  height,
  async (context, { height }) => {
    const stored = await blockAt(context, height);
    return { block_id: blockIdJson(stored.blockId), block: blockJson(stored.block) };
  },
  { cacheable: "height" },
);

const blockByHash = method(
  { hash: "bytes" },
  async ({ engine }, { hash = emptyBytes }) => {
    const stored = await engine.blockByHash(hash);
    if (stored === undefined) return { block_id: blockIdJson(noBlockId), block: null };
    return { block_id: blockIdJson(stored.blockId), block: blockJson(stored.block) };
  },
  { cacheable: "always" },
);

const header = method(
  height,
  async (context, { height }) => ({ header: headerJson((await blockAt(context, height)).block.header) }),
  { cacheable: "height" },
);

// Hex in JSON, unlike the hash of block_by_hash: so the reference declares it.
const headerByHash = method(
  { hash: "hex" },
  async ({ engine }, { hash = emptyBytes }) => {
    const stored = await engine.blockByHash(hash);
    return { header: stored === undefined ? null : headerJson(stored.block.header) };
  },
  { cacheable: "always" },
);

const blockResults = method(
  height,
  async (context, { height }) => {
    const at = await heightOf(context, height);
    const results = await context.engine.results(at);
    if (results === undefined) throw RpcError.internal(`could not find results for height #${at}`);
    return blockResultsJson(results);
  },
  { cacheable: "height" },
);

const commit = method(
  height,
  async (context, { height }) => {
    const at = await heightOf(context, height);
    const stored = await context.engine.commit(at);
    if (stored === undefined) throw RpcError.internal(`there is no commit for height ${at}`);
    const signed = { header: headerJson(stored.header), commit: commitJson(stored.commit) };
    return { signed_header: signed, canonical: stored.canonical };
  },
  { cacheable: "height" },
);

const validators = method(
  { height: "integer", page: "count", per_page: "count" },
  async (context, values) => {
    const at = await heightOf(context, values.height, 1n);
    const set = await context.engine.validators(at);
    if (set === undefined) throw RpcError.internal(`could not find validator set for height #${at}`);
    const { start, end } = pageOf(set.validators.length, values.page, values.per_page);
    const page = set.validators.slice(start, end);
    return {
      block_height: String(at),
      validators: page.map(validatorJson),
      count: String(page.length),
      total: String(set.validators.length),
    };
  },
  { cacheable: "height" },
);

const consensusParams = method(
  height,
  async (context, { height }) => {
    const at = await heightOf(context, height, 1n);
    const params = await context.engine.consensusParams(at);
    if (params === undefined) throw RpcError.internal(`could not find consensus params for height #${at}`);
    return { block_height: String(at), consensus_params: consensusParamsJson(params) };
  },
  { cacheable: "height" },
);

const blockchain = method(
  { minHeight: "integer", maxHeight: "integer" },
  async (context, { minHeight = 0n, maxHeight = 0n }) => {
    const { lowest, highest: tip } = await context.engine.heights();
    if (minHeight < 0n || maxHeight < 0n) throw RpcError.internal("heights must be non-negative");
    const max = maxHeight === 0n || maxHeight > tip ? tip : maxHeight;
    const bounds = [minHeight, lowest, max - maxHeaders + 1n];
    const min = bounds.reduce((a, b) => (b > a ? b : a));
    if (min > max) throw RpcError.internal(`min height ${min} can't be greater than max height ${max}`);
    const metas = [];
    for (let at = max; at >= min; at--) metas.push(blockMetaJson(await blockAt(context, at)));
    return { last_height: String(tip), block_metas: metas };
  },
  { cacheable: "always" },
);

const blockSearch = method(
  { query: "text", page: "count", per_page: "count", order_by: "text" },
  async (context, { query = "", page, per_page: perPage, order_by: orderBy = "" }) => {
    const found = await searchBlocks(context, readQuery(query));
    const order = readOrder(orderBy, "desc");
    const { start, end } = pageOf(found.total, page, perPage);
    const blocks = [];
    for (const { height } of await found.page(start, end, order)) {
      const stored = await blockAt(context, height);
      blocks.push({ block_id: blockIdJson(stored.blockId), block: blockJson(stored.block) });
    }
    return { blocks, total_count: String(found.total) };
  },
);

const abciInfo = method(
  {},
  async ({ engine }) => {
    const { data, version, appVersion, lastBlockHeight, lastBlockAppHash } = await engine.info();
    return {
      response: {
        data,
        version,
        ...(appVersion === 0n ? {} : { app_version: String(appVersion) }),
        last_block_height: String(lastBlockHeight),
        last_block_app_hash: toBase64(lastBlockAppHash),
      },
    };
  },
  { cacheable: "always" },
);

const abciQuery = method(
  { path: "text", data: "hex", height: "integer", prove: "yesNo" },
  async ({ engine }, { path = "", data = emptyBytes, height = 0n, prove = false }) => {
    const answer = await engine.query({ path, data, height, prove });
    const ops = answer.proofOps.map(({ type, key, data: proof }) => ({
      type,
      key: base64OrNull(key),
      data: base64OrNull(proof),
    }));
    return {
      response: {
        code: answer.code,
        log: answer.log,
        info: "",
        index: "0",
        key: base64OrNull(answer.key),
        value: base64OrNull(answer.value),
        proofOps: ops.length === 0 ? null : { ops },
        height: String(answer.height),
        codespace: answer.codespace,
      },
    };
  },
);

/** Blocks, what they gave, who signed them, and the state machine's answers. */
export const chainMethods: Readonly<Record<string, RpcMethod>> = {
  abci_info: abciInfo,
  abci_query: abciQuery,
  block,
  block_by_hash: blockByHash,
  block_results: blockResults,
  block_search: blockSearch,
  blockchain,
  commit,
  consensus_params: consensusParams,
  header,
  header_by_hash: headerByHash,
  validators,
};
