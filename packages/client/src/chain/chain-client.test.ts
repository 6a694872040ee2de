import assert from "node:assert/strict";
import { test } from "node:test";
import type { Timers } from "@stoa/std";
import { ChainClient } from "./chain-client.ts";
import { ChainError, isNotFound } from "./errors.ts";

/** Nothing here is late. */
const timers: Timers = { after: () => ({ cancel() {} }), every: () => ({ cancel() {} }) };

/** A client whose node answers everything with this result. */
function clientOf(result: unknown): ChainClient {
  const text = JSON.stringify({ jsonrpc: "2.0", id: 1, result });
  return new ChainClient({ url: "http://node", fetch: async () => new Response(text), timers });
}

const path = "/akash.market.v1beta5.Query/Leases";

test("an answer without the application's is not taken for an empty one", async () => {
  for (const result of [{}, { response: null }, { response: "" }, []]) {
    await assert.rejects(clientOf(result).abciQuery(path, new Uint8Array()), { code: "bad-answer" });
    await assert.rejects(clientOf(result).committedHeight(), { code: "bad-answer" });
  }
});

test("an empty answer of the application, and a height of zero, are answers", async () => {
  const client = clientOf({ response: { code: 0, value: null } });
  assert.deepEqual(await client.abciQuery(path, new Uint8Array()), new Uint8Array());
  assert.equal(await client.committedHeight(), 0n);
});

test("a failure without a code of its own is not taken for the absence of what was asked for", () => {
  const query = (message: string) => new ChainError("query", message, { codespace: "sdk", abciCode: 6 });
  const rpc = (text: string) => query(`rpc error: code = Unknown desc = ${text}: unknown request`);
  for (const text of ["lease not found", "unknown provider"]) assert.equal(isNotFound(rpc(text)), true, text);
  assert.equal(isNotFound(query("unknown query path: unknown request")), true);
  for (const text of ["the state cannot be read", "context deadline exceeded"])
    assert.equal(isNotFound(rpc(text)), false);
});
