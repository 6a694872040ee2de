import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { haveVectors, serviceDeviations, vectorsDir } from "@stoa/test";
import type { QueryWorld } from "../../testing/query-world.ts";
import { startQueryWorld } from "../../testing/query-world-moves.ts";
import { checkRestSurface, type RestAnswer, type RestMapping, type RestQuestion } from "./rest-surface.vectors.ts";

const skip = haveVectors() ? false : "no vectors folder beside the checkout";

/** Paths go out as they are written: what a URL parser would change is part of the question. */
function ask(url: string, { verb, path, height, body }: RestQuestion): Promise<RestAnswer> {
  const { hostname, port } = new URL(url);
  const headers = height === undefined ? {} : { "x-cosmos-block-height": height };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method: verb, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const found = new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
        resolve({ status: answer.statusCode ?? 0, headers: found, text: Buffer.concat(chunks).toString() });
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Names of the recorded network, and ours of the same kind and state. */
function mappingOf(world: QueryWorld): RestMapping {
  const { tenant, provider, grantee, validator, payment, idle } = world;
  return [
    ["akash1qraljvad66n3chlrg9r7al7zdc09uakgwx3m2a", tenant.address],
    ["akash17tqmuzs7t9j64dhj54uv0zudtscpmtjxxr3cq6", provider.address],
    ["akash1nfdywc8k8f7jtjnlqjrj7dr9zgx4gyf57wt600", grantee.address],
    ["akashvaloper1tqzt4dlf4facnmuvlzqnvpy88sje8p7954uqgg", validator.operator],
    ["akashvalcons1xu09anuhfsttqsdl3ytlf3rnpmz7kq3urhtxts", validator.consensus],
    ["akash1tqzt4dlf4facnmuvlzqnvpy88sje8p797hjxcz", validator.account],
    ["/block/55", `/block/${payment.height}`],
    ["/block/600", `/block/${idle}`],
    ["validatorsets/600", `validatorsets/${idle}`],
  ];
}

test("REST answers as the recorded node does", { skip }, async (t) => {
  const world = await startQueryWorld(t);
  const report = await checkRestSurface({
    text: readFileSync(join(vectorsDir, "surface", "rest.json"), "utf8"),
    mapping: mappingOf(world),
    deviations: serviceDeviations,
    ask: (question) => ask(world.restUrl, question),
  });
  const failures = report.failures.map((each) => `${each.case} ${each.field}: ${each.message}`);
  assert.deepEqual(failures, []);
  assert.ok(report.cases - report.absent > 80, "most services are there");
  const idle = serviceDeviations
    .filter((rule) => !report.used.includes(rule))
    .map((rule) => `${rule.about} ${rule.path}`);
  assert.deepEqual(idle, [], "rules that explain nothing");
  t.diagnostic(`${report.cases} cases, ${report.absent} of services that are not there`);
});
