import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { toBase64 } from "@stoa/std";
import { type ClosingNode, startClosingNode } from "../../testing/closing-node.ts";

/*
 * What a block closes by itself, as each of a node's clients learns it: those who subscribe, who read results, who search,
 * and who read transactions alone.
 */

const type = "akash.market.v1.EventLeaseClosed";

interface WireEvent {
  readonly type: string;
  readonly attributes: readonly { readonly key: string; readonly value: string; readonly index: boolean }[];
}

interface Results {
  readonly finalize_block_events: readonly WireEvent[];
  readonly txs_results: readonly { readonly code: number; readonly events: readonly WireEvent[] }[] | null;
}

interface WithEvents {
  readonly events?: readonly WireEvent[];
}

interface Pushed {
  readonly query?: string;
  readonly events?: Readonly<Record<string, readonly string[]>>;
  readonly data?: {
    readonly type: string;
    readonly value: WithEvents & { readonly result_finalize_block?: WithEvents };
  };
}

async function ask<T>(url: string, method: string, params: object): Promise<T> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const answer = (await (await fetch(url, { method: "POST", body })).json()) as { result?: T; error?: unknown };
  assert.ok(answer.result !== undefined, JSON.stringify(answer.error));
  return answer.result;
}

const closings = (events: readonly WireEvent[] | undefined) => (events ?? []).filter((event) => event.type === type);
const texts = (event: WireEvent | undefined) =>
  Object.fromEntries((event?.attributes ?? []).map(({ key, value }) => [key, value]));

/** Subscribes to every query over one socket; `pushed` are the events so far, in order. */
async function subscribe(t: TestContext, { url }: ClosingNode, queries: readonly string[]): Promise<Pushed[]> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`);
  t.after(() => socket.close());
  await once(socket, "open");
  const pushed: Pushed[] = [];
  let subscribed = 0;
  const ready = new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const { result } = JSON.parse(String(data)) as { readonly result: Pushed };
      if (result.data !== undefined) pushed.push(result);
      else if (++subscribed === queries.length) resolve();
    });
  });
  for (const [id, query] of queries.entries()) {
    socket.send(JSON.stringify({ jsonrpc: "2.0", id, method: "subscribe", params: { query } }));
  }
  await ready;
  return pushed;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("a closing at the end of a block reaches every kind of client", { timeout: 30_000 }, async (t) => {
  const closesAt = 2n;
  const node = await startClosingNode(t, closesAt);
  const { url, engine } = node;
  const search = `${type}.reason EXISTS`;
  const block = `tm.event='NewBlock' AND ${search}`;
  const blockEvents = `tm.event='NewBlockEvents' AND ${search}`;
  const tx = `tm.event='Tx' AND ${search}`;
  const pushed = await subscribe(t, node, [block, blockEvents, tx]);
  await engine.start();
  await until(() => engine.height >= closesAt + 1n && pushed.length >= 2);

  const results = await ask<Results>(url, "block_results", { height: String(closesAt) });
  const [told, ...more] = closings(results.finalize_block_events);
  assert.deepEqual(more, []);
  const { mode, ...fields } = texts(told);
  assert.equal(mode, "EndBlock");
  assert.equal(JSON.parse(fields.id ?? "").dseq, "5");
  assert.ok(told?.attributes.every(({ index }) => index));
  for (const height of [closesAt - 1n, closesAt + 1n]) {
    const quiet = await ask<Results>(url, "block_results", { height: String(height) });
    assert.deepEqual(closings(quiet.finalize_block_events ?? []), []);
  }

  assert.deepEqual(
    pushed.map(({ query }) => query),
    [block, blockEvents],
    "each once, in this order, and no transaction yet",
  );
  const [asBlock, asEvents] = pushed.map(({ data }) => data?.value);
  assert.deepEqual(closings(asBlock?.result_finalize_block?.events), [told]);
  assert.deepEqual(closings(asEvents?.events), [told]);
  for (const { events } of pushed) assert.deepEqual(events?.[`${type}.id`], [fields.id]);

  const found = await ask<{ total_count: string; blocks: { block: { header: { height: string } } }[] }>(
    url,
    "block_search",
    { query: search },
  );
  assert.deepEqual([found.total_count, found.blocks[0]?.block.header.height], ["1", String(closesAt)]);
  await transactionsTellIt(node, fields);
  await until(() => pushed.length >= 3);
  assert.deepEqual(
    pushed.slice(2).map(({ query }) => query),
    [tx],
  );
});

/** The next message about the lease succeeds and tells it, in the block's own words; the one after it is refused. */
async function transactionsTellIt({ url, close }: ClosingNode, fields: Readonly<Record<string, string>>) {
  interface Committed {
    readonly height: string;
    readonly tx_result: { readonly code: number; readonly codespace: string; readonly events: readonly WireEvent[] };
  }
  const send = () => ask<Committed>(url, "broadcast_tx_commit", { tx: toBase64(close()) });
  const first = await send();
  assert.equal(first.tx_result.code, 0);
  const [again, ...more] = closings(first.tx_result.events);
  assert.deepEqual(more, []);
  assert.deepEqual(texts(again), { ...fields, msg_index: "0" });
  const inBlock = await ask<Results>(url, "block_results", { height: first.height });
  assert.deepEqual(closings(inBlock.finalize_block_events ?? []), [], "not the block's own event again");

  const second = await send();
  assert.deepEqual([second.tx_result.codespace, second.tx_result.code], ["market", 24]);
  assert.deepEqual(closings(second.tx_result.events), []);
  const query = `${type}.reason EXISTS`;
  const txs = await ask<{ total_count: string; txs: { height: string }[] }>(url, "tx_search", { query });
  assert.deepEqual([txs.total_count, txs.txs[0]?.height], ["1", first.height]);
}
