import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { haveVectors, rpcDeviations, vectorsDir } from "@stoa/test";
import { rpcReport, wsReport } from "../../testing/rpc-surface.ts";
import { startSurfaceWorld } from "../../testing/surface-world.ts";

const skip = haveVectors() ? false : "no vectors folder beside the checkout";
const read = (file: string): string => readFileSync(join(vectorsDir, "surface", file), "utf8");

test("JSON-RPC and websockets answer as the recorded node does", { skip }, async (t) => {
  const world = await startSurfaceWorld(t);
  const rpc = await rpcReport(world, read("rpc.json"));
  const ws = await wsReport(world, read("ws.json"));
  const failures = [...rpc.failures, ...ws.failures].map((each) => `${each.case} ${each.field}: ${each.message}`);
  assert.deepEqual(failures, []);
  assert.ok(rpc.cases > 0 && ws.cases > 0);
  const used = new Set([...rpc.used, ...ws.used]);
  const idle = rpcDeviations.filter((rule) => !used.has(rule)).map(({ about, path }) => `${about} ${path}`);
  assert.deepEqual(idle, [], "rules that explain nothing");
});
