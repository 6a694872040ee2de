import assert from "node:assert/strict";
import { test } from "node:test";
import { KeyCache } from "./key-cache.ts";

test("a key is asked for once, a missing one every time, a failure is not remembered", async () => {
  const asked: string[] = [];
  let dead = true;
  const cache = new KeyCache({
    accountPublicKey: async (address) => {
      asked.push(address);
      if (dead) throw new Error("no answer");
      return address === "new" ? undefined : Uint8Array.of(2);
    },
  });
  await assert.rejects(cache.accountPublicKey("a"));
  dead = false;
  for (const address of ["a", "a", "new", "new"]) await cache.accountPublicKey(address);
  assert.deepEqual(asked, ["a", "a", "new", "new"]);
  assert.deepEqual(await cache.accountPublicKey("a"), Uint8Array.of(2));
  assert.equal(asked.length, 4);
});
