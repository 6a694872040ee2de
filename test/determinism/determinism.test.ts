import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { concatBytes, toHex, type Verifier } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { playStream, recordStream, type Speculate } from "./stream.ts";

const stream = recordStream(2026n, 60);
const lines = playStream(stream, { hash: pureHash, verifier: pureVerifier });

interface Played {
  readonly surroundings: readonly string[];
  readonly lines: readonly string[];
}

function playElsewhere(crypto: "native" | "pure", environment: NodeJS.ProcessEnv): Played {
  const child = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "play.ts"), crypto],
    {
      input: JSON.stringify(stream.map((txs) => txs.map(toHex))),
      env: { PATH: process.env.PATH, ...environment },
      encoding: "utf8",
      maxBuffer: 1 << 26,
    },
  );
  assert.equal(child.status, 0, child.stderr);
  return JSON.parse(child.stdout) as Played;
}

test("the stream has leases, refusals and broken signatures in it", () => {
  const codes = lines.flatMap((line) => line.split(" ").slice(1)).map((result) => result.split(":")[0]);
  const count = (code: string): number => codes.filter((one) => one === code).length;
  assert.ok(count("0") > 50, `only ${count("0")} transactions succeed`);
  assert.ok(count("4") > 0, "no signature is broken");
  assert.ok(count("32") > 0, "no sequence is wrong");
  assert.ok(new Set(codes).size > 6, `results: ${[...new Set(codes)]}`);
});

test("time zone, language and crypto change nothing in any block", () => {
  const here = playElsewhere("pure", { TZ: "UTC", LANG: "C", LC_ALL: "C" });
  const there = playElsewhere("native", { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" });
  assert.notDeepEqual(there.surroundings, here.surroundings, "both processes lived in the same place");
  assert.deepEqual(here.lines, lines);
  assert.deepEqual(there.lines, lines);
});

/** A table of verdicts in front of a verifier, keyed by the hash of all that a verdict depends on. */
class TableVerifier implements Verifier {
  readonly verdicts = new Map<string, boolean>();
  hits = 0;

  static key(...[scheme, publicKey, digest, signature]: Parameters<Verifier["verify"]>): string {
    const lengths = [publicKey, digest, signature].map(({ length }) => length);
    return `${scheme} ${lengths} ${toHex(pureHash.sha256(concatBytes(publicKey, digest, signature)))}`;
  }

  verify(...parts: Parameters<Verifier["verify"]>): boolean {
    const known = this.verdicts.get(TableVerifier.key(...parts));
    if (known !== undefined) this.hits += 1;
    return known ?? pureVerifier.verify(...parts);
  }
}

test("signatures checked ahead change nothing, whether the guess was empty, full or wrong", () => {
  const play = (fill: (table: TableVerifier) => Speculate): { readonly hits: number; readonly lines: string[] } => {
    const verifier = new TableVerifier();
    const played = playStream(stream, { hash: pureHash, verifier }, fill(verifier));
    return { hits: verifier.hits, lines: played };
  };
  const full = play((table) => (world, txs) => {
    for (const tx of txs) {
      for (const { scheme, publicKey, digestOrMessage, signature } of world.app.listSignatures(tx)) {
        const parts = [scheme, publicKey, digestOrMessage, signature] as const;
        table.verdicts.set(TableVerifier.key(...parts), pureVerifier.verify(...parts));
      }
    }
  });
  // Verdicts about the same key and message with another signature, and about the same signature of another key.
  const poisoned = play((table) => (world, txs) => {
    for (const tx of txs) {
      for (const { scheme, publicKey, digestOrMessage, signature } of world.app.listSignatures(tx)) {
        const other = signature.toReversed();
        const verdict = pureVerifier.verify(scheme, publicKey, digestOrMessage, signature);
        table.verdicts.set(TableVerifier.key(scheme, publicKey, digestOrMessage, other), !verdict);
        table.verdicts.set(TableVerifier.key(scheme, publicKey.toReversed(), digestOrMessage, signature), !verdict);
      }
    }
  });
  assert.ok(full.hits > 50, `the guess was right ${full.hits} times`);
  assert.equal(poisoned.hits, 0);
  assert.deepEqual(full.lines, lines);
  assert.deepEqual(poisoned.lines, lines);
});
