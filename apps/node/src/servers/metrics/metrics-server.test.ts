import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type HttpServer, systemClock } from "@stoa/host";
import { silentLog } from "@stoa/std";
import type { EmbeddedEngine } from "../../engines/embedded/embedded-engine.ts";
import { engineStartNs, engineWorld } from "../../testing/engine-world.ts";
import { openFront } from "../http-front.ts";
import { startMetricsServer } from "./metrics-server.ts";

async function metricsOf(t: TestContext, engine: EmbeddedEngine, nowNs = systemClock.nowNs): Promise<HttpServer> {
  const server = await startMetricsServer({
    host: "127.0.0.1",
    port: 0,
    engine,
    snapshots: undefined,
    front: openFront(),
    clock: { ...systemClock, nowNs },
    blockIntervalMs: 1_000,
    emptyBlocks: true,
    log: silentLog,
  });
  t.after(() => server.close(0));
  return server;
}

test("a node is well from its start on, however old its last block is, and unwell when no block comes", async (t) => {
  const { engine, time } = engineWorld();
  await engine.start();
  let nowNs = engineStartNs + 3_600_000_000_000n;
  const server = await metricsOf(t, engine, () => nowNs);
  const health = async () => {
    const answer = await fetch(`${server.url}/health`);
    return [answer.status, await answer.text()];
  };
  assert.deepEqual(await health(), [200, "ok"]);
  nowNs += 30_000_000_000n;
  assert.deepEqual(await health(), [200, "ok"]);
  nowNs += 1_000_000n;
  assert.deepEqual(await health(), [503, "no block was made for 30001 ms"]);
  await time.step();
  assert.deepEqual(await health(), [200, "ok"]);
});

test("a chain that has halted is told with its reason", async (t) => {
  const { engine, time, machine } = engineWorld({ emptyBlocks: true });
  const server = await metricsOf(t, engine);
  await engine.start();
  machine.updatesAt.set(2n, [{ keyType: "ed25519", publicKey: new Uint8Array(32).fill(9), power: 100n }]);
  for (let n = 0; n < 6; n++) await time.step().catch(() => undefined);
  await engine.halted;
  const answer = await fetch(`${server.url}/health`);
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /^the chain stands still: .*voting power/);
});
