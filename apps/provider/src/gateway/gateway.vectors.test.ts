import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gatewayDeviations, haveVectors, vectorsDir } from "@stoa/test";
import { checkGateway, gatewayVectorsFile } from "./gateway.vectors.ts";

const skip = haveVectors() ? false : "no vectors folder beside the checkout";

test(`vectors ${gatewayVectorsFile}`, { skip }, async () => {
  const report = await checkGateway(readFileSync(join(vectorsDir, gatewayVectorsFile), "utf8"), gatewayDeviations);
  assert.ok(report.cases > 0, "the recording holds no case");
  const lines = report.failures.slice(0, 20).map((f) => `${f.case} ${f.field}: ${f.message}`);
  assert.equal(report.failures.length, 0, `${report.failures.length} of ${report.cases}:\n${lines.join("\n")}`);
  const unused = gatewayDeviations.map(({ name }) => name).filter((name) => !report.rules.includes(name));
  assert.deepEqual(unused, [], "rules that no case needs");
});
