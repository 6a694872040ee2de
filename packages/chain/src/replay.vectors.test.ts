import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { escrowDefects, haveVectors, replayDeviations, vectorsDir } from "@stoa/test";
import { isReplayable } from "./replay/scenario.ts";
import { runReplay } from "./replay.vectors.ts";

const skip = haveVectors() ? false : "no vectors folder beside the checkout";
const folder = join(vectorsDir, "replay");
/** Scenarios and sessions of `shared/vectors` whose modules all exist here. */
const knownFiles = 108;

if (skip === false) {
  const genesis = JSON.parse(readFileSync(join(folder, "genesis.json"), "utf8"));
  const used = new Set<string>();
  let files = 0;

  for (const kind of ["scenarios", "random"]) {
    for (const name of readdirSync(join(folder, kind)).sort((a, b) => (a < b ? -1 : 1))) {
      const scenario = JSON.parse(readFileSync(join(folder, kind, name), "utf8"));
      if (!isReplayable(scenario)) continue;
      files += 1;
      test(`replay ${kind}/${name}`, () => {
        const deviations = replayDeviations;
        const report = runReplay({ genesis, scenario, deviations, hash: pureHash, verifier: pureVerifier });
        for (const id of report.deviations.keys()) used.add(id);
        const lines = report.failures.slice(0, 10).map((one) => `${one.case} ${one.field}: ${one.message}`);
        assert.equal(report.failures.length, 0, `${report.agree} of ${report.steps} steps agree:\n${lines.join("\n")}`);
        assert.ok(report.steps > 0, "nothing was compared");
      });
    }
  }

  test("replay: every file is there and every rule of ours is needed", () => {
    assert.ok(files >= knownFiles, `${files} files, expected ${knownFiles}`);
    const ids = [...replayDeviations.map(({ id }) => id), ...escrowDefects];
    assert.deepEqual(
      ids.filter((id) => !used.has(id)),
      [],
    );
  });
} else {
  test("replay", { skip }, () => undefined);
}
