import assert from "node:assert/strict";
import { test } from "node:test";
import { setting } from "@stoa/host";
import { settingOptions, strayVariables } from "./program.ts";

test("a setting's option tells its default in words, so that file and environment still count", () => {
  const options = settingOptions({
    gatewayPort: setting.integer(8443, { description: "Port", min: 0, max: 65_535 }),
    emptyBlocks: setting.yesNo(true, { description: "Blocks without transactions" }),
    grpcHost: setting.optionalHost({ description: "Address" }),
    prices: setting.text("x".repeat(31), { description: "Prices" }),
    engine: setting.choice("embedded", ["embedded", "comet"], { description: "Consensus" }),
    peers: setting.list([], { description: "Peers" }),
  });
  assert.deepEqual(options, {
    "gateway-port": { type: "string", value: "N", about: "Port (default: 8443)" },
    "empty-blocks": { type: "string", value: "true|false", about: "Blocks without transactions (default: true)" },
    "grpc-host": { type: "string", value: "HOST", about: "Address" },
    prices: { type: "string", value: "TEXT", about: "Prices" },
    engine: { type: "string", value: "embedded|comet", about: "Consensus (default: embedded)" },
    peers: { type: "string", value: "A,B,…", about: "Peers" },
  });
});

test("variables that name no setting are found", () => {
  const schema = { rpcPort: setting.integer(1, { description: "Port", min: 0, max: 9 }) };
  const environment = { STOA_NODE_RPC_PORT: "1", STOA_NODE_RCP_PORT: "1", STOA_PROVIDER_RPC: "x", PATH: "/bin" };
  const environmentPrefix = "STOA_NODE_";
  assert.deepEqual(strayVariables(environment, { schema, environmentPrefix }), ["STOA_NODE_RCP_PORT"]);
});
