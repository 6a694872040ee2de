import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loadConfig } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { providerConfig, providerParams } from "./config.ts";

const around = {
  home: "/tmp/none",
  homeId: "h",
  key: { type: "secp256k1", secret: new Uint8Array(32).fill(1) },
  version: "0",
  log: silentLog,
  dockerHost: "unix:///run/docker.sock",
} as const;

function read(file: Readonly<Record<string, unknown>>) {
  const config = loadConfig(providerConfig, { file });
  assert.ok(config.ok);
  return providerParams(config.value.values, around);
}

describe("provider settings", () => {
  it("work without any", () => {
    const params = read({});
    assert.ok(params.ok);
    assert.deepEqual(params.value.bidDeposit, { denom: "uact", amount: 500_000n });
    assert.equal(params.value.dockerHost, "unix:///run/docker.sock");
    assert.equal(params.value.prices.uact?.kind, "table");
    assert.equal(params.value.hostUri, undefined);
  });

  it("read attributes and prices", () => {
    const prices = JSON.stringify({ uact: { kind: "share", ofCeiling: "0.8" } });
    const params = read({ attributes: ["region=eu", "tier=a=b"], prices });
    assert.ok(params.ok);
    assert.deepEqual(params.value.attributes, [
      { key: "region", value: "eu" },
      { key: "tier", value: "a=b" },
    ]);
    const strategy = params.value.prices.uact;
    assert.equal(strategy?.kind === "share" ? strategy.ofCeiling.toString() : "", "0.800000000000000000");
  });

  it("name what is wrong", () => {
    const bad: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
      [{ prices: "{" }, /prices: must be JSON/],
      [{ prices: '{"uact":{"kind":"table","cpu":"-1"}}' }, /prices in uact: cpu/],
      [{ prices: '{"uact":{"kind":"share","ofCeiling":"2"}}' }, /ofCeiling/],
      [{ prices: "{}" }, /no denomination/],
      [{ bidDeposit: "many" }, /bidDeposit/],
      [{ containerCapabilities: ["CHOWN", "SYS_ADMIN"] }, /not SYS_ADMIN/],
      [{ tlsCertificate: "cert.pem" }, /tlsCertificate and tlsKey belong together/],
      [{ tlsCertificate: "cert.pem", tlsKey: "key.pem" }, /tlsCertificate needs hostUri/],
      [{ attributes: ["region"] }, /attributes must be written key=value/],
    ];
    for (const [file, message] of bad) {
      const params = read(file);
      assert.ok(!params.ok && message.test(params.error), JSON.stringify(params));
    }
  });
});
