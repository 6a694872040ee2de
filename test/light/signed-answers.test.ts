import assert from "node:assert/strict";
import { test } from "node:test";
import { ChainError, type Fetch, JsonRpc, LightClient, LightError } from "@stoa/client";
import { createNativeVerifier, nativeHash, systemTimers } from "@stoa/host";
import { silentLog, toHex } from "@stoa/std";
import { beginNs, member, SignedChain } from "./signed-chain.ts";
import { spoilings } from "./spoil.ts";

const members = [1, 2, 3, 4, 5].map((n) => member(n, BigInt(10 + n)));
const verifier = createNativeVerifier({ log: silentLog });

test("no signature of a commit may be changed, also where fewer would do", { timeout: 120_000 }, async (t) => {
  // The fourth is absent: the other four hold more than two thirds, and three of them nearly do.
  const chain = new SignedChain({ length: 9, members: () => members, signs: (_, index) => index !== 3 });
  const ask = async (spoil: (method: string, result: unknown) => unknown): Promise<string> => {
    const fetch: Fetch = async (url, request) => {
      const { method, params } = JSON.parse(request.body) as { method: string; params: { height: string } };
      const answer = await chain.fetch(url, request);
      if (params.height !== "9") return answer;
      const json = JSON.parse(await answer.text()) as { result: unknown };
      const text = JSON.stringify({ ...json, result: spoil(method, json.result) });
      return { status: 200, text: async () => text };
    };
    const client = new LightClient({
      chainId: chain.chainId,
      primary: new JsonRpc({ url: "http://primary", fetch, timers: systemTimers }),
      trust: { height: 1n, hash: chain.hashAt(1) },
      hash: nativeHash,
      verifier,
      clock: { nowNs: () => beginNs + 100_000_000_000n },
    });
    const { commit, validators } = await client.blockAt(9n);
    const signatures = commit.signatures.map(({ flag, time, signature }) => `${flag} ${time} ${toHex(signature)}`);
    return `${signatures} ${validators.validators.map(({ power }) => power)}`;
  };
  const documents = new Map<string, unknown>();
  const expected = await ask((method, result) => {
    documents.set(method, result);
    return result;
  });
  const counts = { refused: 0, same: 0 };
  for (const [asked, document] of documents) {
    for (const { place, how, document: spoilt } of spoilings(document)) {
      const said = await ask((method, result) => (method === asked ? spoilt : result)).catch((cause: unknown) => {
        assert.ok(cause instanceof LightError || cause instanceof ChainError, `${place} ${how}: ${cause}`);
        return undefined;
      });
      counts[said === undefined ? "refused" : "same"]++;
      if (said !== undefined) assert.equal(said, expected, `${asked}: ${place} ${how}`);
    }
  }
  t.diagnostic(JSON.stringify(counts));
  assert.ok(counts.refused > 500);
});
