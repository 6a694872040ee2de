import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createNativeVerifier, nativeHash } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { runReplay } from "../../packages/chain/src/replay.vectors.ts";
import { replayDeviations } from "./deviations.ts";
import type { VectorFailure } from "./family.ts";

/** Modules that exist here, and the tags that stand for parts of them. */
const knownModules: ReadonlySet<string> = new Set([
  "auth",
  "bank",
  "authz",
  "feegrant",
  "cert",
  "provider",
  "audit",
  "deployment",
  "market",
  "escrow",
  "ante",
  "random",
  "reclamation",
]);

export interface ReplayOutcome {
  readonly totals: { scenarios: number; steps: number; agree: number; deviations: number };
  /** Files that were run, below the replay folder. Others need modules that do not exist yet. */
  readonly read: readonly string[];
  readonly failures: ReadonlyMap<string, readonly VectorFailure[]>;
}

/**
 * Runs every recorded session of a folder whose modules all exist here. The common genesis is the folder's own, else
 * the fallback's. With `unusedRulesFail` a rule of ours that changed nothing is a failure: it has outlived its defect.
 */
export function checkReplayFolder(params: {
  readonly folder: string;
  readonly fallback: string;
  readonly unusedRulesFail: boolean;
}): ReplayOutcome {
  const { folder, fallback } = params;
  const genesisFile = [folder, fallback].map((one) => join(one, "genesis.json")).find((file) => existsSync(file));
  const files = existsSync(folder) ? globSync("*/*.json", { cwd: folder }).sort((a, b) => (a < b ? -1 : 1)) : [];
  const totals = { scenarios: 0, steps: 0, agree: 0, deviations: 0 };
  const read: string[] = [];
  const failures = new Map<string, readonly VectorFailure[]>();
  const used = new Set<string>();
  if (genesisFile === undefined) return { totals, read, failures };
  const genesis = JSON.parse(readFileSync(genesisFile, "utf8"));
  const verifier = createNativeVerifier({ log: silentLog });
  for (const file of files) {
    const scenario = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const modules = Array.isArray(scenario.modules) ? (scenario.modules as string[]) : [];
    if (modules.length === 0 || !modules.every((name) => knownModules.has(name))) continue;
    read.push(file);
    const report = runReplay({ genesis, scenario, deviations: replayDeviations, hash: nativeHash, verifier });
    totals.scenarios++;
    totals.steps += report.steps;
    totals.agree += report.agree;
    for (const [rule, count] of report.deviations) {
      used.add(rule);
      totals.deviations += count;
    }
    if (report.failures.length > 0) failures.set(file, report.failures);
  }
  if (params.unusedRulesFail && read.length > 0) {
    const unused = replayDeviations.filter(({ id }) => !used.has(id));
    const message = "no recorded step needs this rule any more: remove it";
    if (unused.length > 0)
      failures.set(
        "rules",
        unused.map(({ id }) => ({ case: id, field: "rule", message })),
      );
  }
  return { totals, read, failures };
}
