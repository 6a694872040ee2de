import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

/** A stream of blocks that is computed in a process of its own; prints the app hash of each. */
const stream = `
  const { pureHash } = await import("@stoa/std/crypto");
  const { toHex } = await import("@stoa/std");
  const { SmallChain } = await import(process.argv[1]);
  const coins = [{ denom: "uact", amount: 1000n }, { denom: "uakt", amount: 10n ** 9n }];
  const chain = new SmallChain({ hash: pureHash, verifier: { verify: () => true }, people: 5, coins });
  chain.begin();
  for (let height = 1; height <= 12; height++) {
    const txs = Array.from({ length: height }, (_, i) =>
      chain.send((height * i) % 5, (height + i) % 5, BigInt(height * 977 + i), i % 3 === 0 ? "uact" : "uakt"));
    console.log(toHex(chain.block(txs).appHash));
  }
`;

function appHashes(environment: Readonly<Record<string, string>>): string {
  const chain = join(import.meta.dirname, "testing/small-chain.ts");
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", stream, chain], {
    cwd: import.meta.dirname,
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...environment },
  });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}

test("another process, time zone and language compute the same app hashes", () => {
  const here = appHashes({ TZ: "UTC", LANG: "C" });
  assert.equal(here.trim().split("\n").length, 12);
  assert.equal(appHashes({ TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" }), here);
});
