import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fetch, JsonRpc, LightClient, LightError } from "@stoa/client";
import { headerHash } from "@stoa/consensus";
import { createNativeVerifier, nativeHash, systemTimers } from "@stoa/host";
import { silentLog, toHex } from "@stoa/std";
import fc from "fast-check";
import { beginNs, type Member, member, SignedChain } from "./signed-chain.ts";

const verifier = createNativeVerifier({ log: silentLog });
const length = 24;

/** Who stands in the set of each height: one seat of five is given to somebody else where a change says so. */
function membersOf(changes: readonly { readonly height: number; readonly seat: number; readonly power: number }[]) {
  return (height: number): Member[] => {
    const seats = [1, 2, 3, 4, 5].map((n) => member(n));
    for (const [index, change] of changes.entries()) {
      if (change.height <= height) seats[change.seat] = member(10 + index, BigInt(change.power));
    }
    return seats;
  };
}

const history = fc.record({
  changes: fc.array(
    fc.record({
      height: fc.integer({ min: 2, max: length }),
      seat: fc.integer({ min: 0, max: 4 }),
      power: fc.integer({ min: 1, max: 30 }),
    }),
    { maxLength: 40 },
  ),
  trusted: fc.integer({ min: 1, max: length }),
  target: fc.integer({ min: 1, max: length }),
  thirds: fc.integer({ min: 1, max: 3 }),
});

function clientOf(chain: SignedChain, fetch: Fetch, trusted: number, thirds: number): LightClient {
  return new LightClient({
    chainId: chain.chainId,
    primary: new JsonRpc({ url: "http://primary", fetch, timers: systemTimers }),
    trust: { height: BigInt(trusted), hash: chain.hashAt(trusted) },
    policy: { trustLevel: { numerator: BigInt(thirds), denominator: 3n } },
    hash: nativeHash,
    verifier,
    clock: { nowNs: () => beginNs + 100_000_000_000n },
  });
}

test("an honest chain is followed from anywhere to anywhere, whatever its validators do", async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ changes, trusted, target, thirds }) => {
      const chain = new SignedChain({ length, members: membersOf(changes) });
      const block = await clientOf(chain, chain.fetch, trusted, thirds).blockAt(BigInt(target));
      assert.equal(toHex(headerHash(nativeHash, block.header)), toHex(chain.hashAt(target)));
    }),
    { numRuns: 20 },
  );
});

test("a chain that strangers tell is never believed, wherever they begin", async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.nat(), async ({ changes, trusted, thirds }, choice) => {
      const chain = new SignedChain({ length, members: membersOf(changes) });
      const from = trusted + 1 + (choice % Math.max(1, length - trusted));
      if (from > length) return;
      const strangers = (height: number): Member[] =>
        height < from ? membersOf(changes)(height) : [91, 92, 93].map((n) => member(n, 1_000n));
      const fork = new SignedChain({
        length,
        members: strangers,
        story: (height) => (height < from ? "told once" : "theirs"),
      });
      // Before that height the node answers as the honest chain does.
      const mixed: Fetch = (url, request) => {
        const height = Number(/"height":"(\d+)"/.exec(request.body)?.[1] ?? length);
        return (height < from ? chain : fork).fetch(url, request);
      };
      const client = clientOf(chain, mixed, trusted, thirds);
      await assert.rejects(client.blockAt(BigInt(length)), (error) => error instanceof LightError);
      if (from - 1 > trusted) await client.blockAt(BigInt(from - 1));
    }),
    { numRuns: 20 },
  );
});
