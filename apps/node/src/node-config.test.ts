import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "@stoa/host";
import { contradiction, nodeConfigSchema } from "./node-config.ts";

function told(file: Readonly<Record<string, unknown>>): string | undefined {
  const loaded = loadConfig(nodeConfigSchema, { file });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return contradiction(loaded.value.values);
}

test("settings that do not go together are named, before anything is started", () => {
  assert.equal(told({}), undefined);
  assert.match(told({ tlsCertificate: "cert.pem" }) ?? "", /^tlsCertificate and tlsKey belong together/);
  assert.match(told({ tlsKey: "key.pem" }) ?? "", /^tlsCertificate and tlsKey belong together/);
  assert.match(told({ snapshotInterval: 10, retainBlocks: 1 }) ?? "", /^retainBlocks is 1/);
  assert.match(told({ restPort: 26_657 }) ?? "", /^rpcPort and restPort are both 26657: choose another/);
  assert.match(told({ grpcPort: 1, metricsEnabled: true, metricsPort: 1 }) ?? "", /^grpcPort and metricsPort/);
});

test("servers that are off, on other addresses, or that take any free port are in nobody's way", () => {
  assert.equal(told({ grpcPort: 1, metricsPort: 1 }), undefined);
  assert.equal(told({ restPort: 26_657, restEnabled: false }), undefined);
  assert.equal(told({ restPort: 26_657, restHost: "127.0.0.2" }), undefined);
  assert.equal(told({ rpcPort: 0, grpcPort: 0, restPort: 0 }), undefined);
});

test("a moniker is what CometBFT takes for one", () => {
  for (const [moniker, isOne] of [
    ["node 1", true],
    ["", false],
    ["  ", false],
    ["a\tb", false],
    ["Knöten", false],
  ] as const) {
    assert.equal(loadConfig(nodeConfigSchema, { flags: { moniker } }).ok, isOne, moniker);
  }
});
