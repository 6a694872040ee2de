import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { haveVectors, serviceDeviations, vectorsDir } from "@stoa/test";
import { startQueryWorld } from "../../testing/query-world-moves.ts";
import { restReport } from "../../testing/service-surface.ts";

const skip = haveVectors() ? false : "no vectors folder beside the checkout";

test("REST answers as the recorded node does", { skip }, async (t) => {
  const world = await startQueryWorld(t);
  const report = await restReport(world, readFileSync(join(vectorsDir, "surface", "rest.json"), "utf8"));
  const failures = report.failures.map((each) => `${each.case} ${each.field}: ${each.message}`);
  assert.deepEqual(failures, []);
  assert.ok(report.cases - report.absent > 80, "most services are there");
  const idle = serviceDeviations
    .filter((rule) => !report.used.includes(rule))
    .map((rule) => `${rule.about.source} ${rule.path}`);
  assert.deepEqual(idle, [], "rules that explain nothing");
  t.diagnostic(`${report.cases} cases, ${report.absent} of services that are not there`);
});
