import assert from "node:assert/strict";
import { test } from "node:test";
import { type Timers, utf8 } from "@stoa/std";
import { answerBytesMax, JsonRpc } from "./json-rpc.ts";
import type { Fetch } from "./ports.ts";

/** A node whose answer comes in these pieces, and what became of it. */
function nodeOf(pieces: (at: number) => Promise<Uint8Array | undefined>) {
  const seen = { pieces: 0, cancelled: false };
  const read = async () => {
    const value = await pieces(seen.pieces++);
    return value === undefined ? { done: true } : { done: false, value };
  };
  const cancel = async () => {
    seen.cancelled = true;
  };
  const fetch: Fetch = async () => ({
    status: 200,
    body: { getReader: () => ({ read, cancel }) },
    text: async () => "",
  });
  return { fetch, seen };
}

/** Timers that ring at once, or never. */
const timersOf = (rings: boolean): Timers => ({
  after: (_, run) => {
    if (rings) queueMicrotask(run);
    return { cancel: () => {} };
  },
  every: () => ({ cancel: () => {} }),
});

test("an answer may come in any pieces, within a character too", async () => {
  const bytes = utf8('{"result":{"name":"Ωé"}}');
  const { fetch } = nodeOf(async (at) => (bytes[at] === undefined ? undefined : bytes.subarray(at, at + 1)));
  const rpc = new JsonRpc({ url: "http://node", fetch, timers: timersOf(false) });
  assert.deepEqual(await rpc.call("status"), { name: "Ωé" });
});

test("no more is read of an endless answer than one may have", async () => {
  const piece = new Uint8Array(8 * 1024 * 1024);
  const { fetch, seen } = nodeOf(async () => piece);
  const rpc = new JsonRpc({ url: "http://node", fetch, timers: timersOf(false) });
  await assert.rejects(rpc.call("status"), { code: "bad-answer", message: "the node's answer is too long" });
  assert.deepEqual(seen, { pieces: answerBytesMax / piece.length + 1, cancelled: true });
});

test("a node that is too slow is let go", async () => {
  const { fetch, seen } = nodeOf(() => new Promise(() => {}));
  const rpc = new JsonRpc({ url: "http://node", fetch, timers: timersOf(true) });
  await assert.rejects(rpc.call("status"), { code: "unreachable", message: /does not answer within 20000 ms/ });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(seen.cancelled, true);
});
