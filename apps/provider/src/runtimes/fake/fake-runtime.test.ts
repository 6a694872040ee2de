import assert from "node:assert/strict";
import { it } from "node:test";
import type { RuntimeError } from "../runtime.ts";
import { runtimeSuite, suiteExpose, suiteLease, suiteService, suiteWorkload } from "../suite.ts";
import { FakeRuntime } from "./fake-runtime.ts";

const gib = 1024 ** 3;

function fake(): FakeRuntime {
  return new FakeRuntime({
    capacity: {
      node: "node1",
      cpuMilli: 4000,
      memoryBytes: 8 * gib,
      diskBytes: 100 * gib,
      gpus: [],
      storageClasses: { beta2: 50 * gib },
    },
    publicHost: "provider.localhost",
    nowMs: () => 0,
  });
}

runtimeSuite("runtime: fake", false, async () => {
  const runtime = fake();
  return { runtime, image: "hello:1", restarted: null, end: () => runtime.close() };
});

it("knows UDP, replicas and persistent volumes", async () => {
  const runtime = fake();
  const service = suiteService("hello:1", {
    replicas: 3,
    exposes: [suiteExpose({ kind: "port", port: 53, protocol: "UDP" })],
    volumes: [{ name: "data", kind: "persistent", storageClass: "beta2", bytes: gib, mount: "/data", readOnly: false }],
  });
  await runtime.ensure(suiteWorkload(1n, service));
  const [status] = (await runtime.status(suiteLease(1n)))?.services ?? [];
  assert.equal(status?.available, 3);
  assert.deepEqual(status?.ports, [{ host: "provider.localhost", port: 53, externalPort: 30_000, protocol: "UDP" }]);
  runtime.crash(suiteLease(1n), "web", 1, 137);
  assert.equal((await runtime.status(suiteLease(1n)))?.services[0]?.available, 2);
  await runtime.close();
});

it("fails with a typed error while it is down, and goes on after", async () => {
  const runtime = fake();
  await runtime.ensure(suiteWorkload(1n, suiteService("hello:1")));
  runtime.setDown(true);
  await assert.rejects(runtime.observe(), (error: RuntimeError) => error.code === "unavailable");
  runtime.setDown(false);
  assert.equal((await runtime.observe()).length, 1);
  await runtime.close();
});
