import assert from "node:assert/strict";
import { toHex } from "@stoa/std";
import type { QueryWorld } from "./query-world.ts";

/** An object of JSON. */
export type Json = Readonly<Record<string, unknown>>;

interface AbciAnswer {
  readonly code: number;
  readonly log: string;
  readonly height: string;
  readonly value: string | null;
  readonly proofOps: { readonly ops: readonly { type: string; key: string; data: string }[] } | null;
}

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly data?: string };
}

/** Plain questions to a network's JSON-RPC and REST, as no client library asks them. */
export function questionsTo(world: () => QueryWorld) {
  async function rpc(method: string, params: Json = {}, url = world().node.rpcUrl): Promise<RpcAnswer> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const answer = await fetch(url, { method: "POST", body });
    return (await answer.json()) as RpcAnswer;
  }

  async function ask<T>(method: string, params: Json = {}): Promise<T> {
    const { result, error } = await rpc(method, params);
    assert.ok(result !== undefined, error?.data);
    return result as T;
  }

  async function abciQuery(path: string, data: Uint8Array, more: Json = {}): Promise<AbciAnswer> {
    return (await ask<{ response: AbciAnswer }>("abci_query", { path, data: toHex(data), ...more })).response;
  }

  async function rest(path: string, headers: Readonly<Record<string, string>> = {}) {
    const answer = await fetch(`${world().restUrl}${path}`, { headers });
    return { status: answer.status, body: (await answer.json()) as Json };
  }

  return { rpc, ask, abciQuery, rest };
}
