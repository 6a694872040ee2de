import assert from "node:assert/strict";
import { test } from "node:test";
import { ChainClient } from "@stoa/client";
import { systemTimers } from "@stoa/host";
import { testProvider } from "../engine/fixtures.ts";
import { MarketReads } from "./market-reads.ts";

/** What is asked of a node whose application answers everything with this response. */
function readsOf(response: unknown): MarketReads {
  const text = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { response } });
  const client = new ChainClient({ url: "http://node", fetch: async () => new Response(text), timers: systemTimers });
  return new MarketReads(client, testProvider);
}

const lease = { owner: testProvider, dseq: 7n, gseq: 1, oseq: 1, provider: testProvider };

test("a lease is gone when the chain says so, and not when an answer says nothing", async () => {
  const notFound = { code: 38, codespace: "undefined", log: "rpc error: code = NotFound desc = lease not found" };
  assert.equal(await readsOf(notFound).lease(lease), null);
  await assert.rejects(readsOf({ code: 0, value: null }).lease(lease), { code: "bad-answer" });
});
