import assert from "node:assert/strict";
import { test } from "node:test";
import { flagName, loadConfig, setting, variableName } from "./config.ts";

const schema = {
  blockIntervalMs: setting.integer(1000, { description: "Time between blocks", min: 10, max: 60_000 }),
  moniker: setting.text("node", { description: "Name" }),
  engine: setting.choice("embedded", ["embedded", "comet"], { description: "Consensus" }),
  emptyBlocks: setting.yesNo(true, { description: "Make blocks without transactions" }),
  peers: setting.list([], { description: "Addresses" }),
  token: setting.optionalText({ description: "Secret", secret: true }),
};

test("defaults, then file, then environment, then flags", () => {
  const loaded = loadConfig(schema, {
    file: { blockIntervalMs: 2000, moniker: "from file", peers: ["a", "b"] },
    environment: { STOA_BLOCK_INTERVAL_MS: "3000", STOA_EMPTY_BLOCKS: "false", STOA_TOKEN: "hush", STOA_OTHER: "1" },
    environmentPrefix: "STOA_",
    flags: { "block-interval-ms": "500", engine: "comet", moniker: undefined },
  });
  assert.ok(loaded.ok);
  const { values } = loaded.value;
  const interval: number = values.blockIntervalMs;
  const engine: "embedded" | "comet" = values.engine;
  assert.deepEqual([interval, engine], [500, "comet"]);
  assert.deepEqual(values, {
    blockIntervalMs: 500,
    moniker: "from file",
    engine: "comet",
    emptyBlocks: false,
    peers: ["a", "b"],
    token: "hush",
  });
  assert.ok(Object.isFrozen(values) && Object.isFrozen(values.peers));
  const explained = loaded.value.explain().map((each) => `${each.setting}=${each.value} ${each.origin} ${each.source}`);
  assert.deepEqual(explained, [
    "blockIntervalMs=500 flag --block-interval-ms",
    "moniker=from file file moniker",
    "engine=comet flag --engine",
    "emptyBlocks=false environment STOA_EMPTY_BLOCKS",
    "peers=a,b file peers",
    "token=(set) environment STOA_TOKEN",
  ]);
});

test("every setting says what it can be, and what it is when nothing is said", () => {
  const loaded = loadConfig(schema, { flags: { moniker: "mine" } });
  assert.ok(loaded.ok);
  const lines = loaded.value.explain().map((each) => `${each.setting}: ${each.limits} [${each.default}]`);
  assert.deepEqual(lines, [
    "blockIntervalMs: a whole number from 10 to 60000 [1000]",
    "moniker: a text up to 10000 characters [node]",
    "engine: one of embedded, comet [embedded]",
    "emptyBlocks: true or false [true]",
    "peers: a list of texts, at most 1000 []",
    "token: a text up to 10000 characters [(not set)]",
  ]);
});

test("a text can be held to a form", () => {
  const form = { expects: "a name", allows: (text: string) => text !== "" };
  const named = { moniker: setting.text("node", { description: "Name", form }) };
  const empty = loadConfig(named, { flags: { moniker: "" } });
  assert.ok(!empty.ok);
  assert.deepEqual(empty.error, [
    { setting: "moniker", origin: "flag", source: "--moniker", message: "--moniker must be a name" },
  ]);
  assert.equal(loadConfig(named, { file: { moniker: "a" } }).ok, true);
});

test("a server listens where it is told to, and nothing at all is no place", () => {
  const listening = {
    rpcHost: setting.host("127.0.0.1", { description: "Where" }),
    grpcHost: setting.optionalHost({ description: "Where, too" }),
  };
  for (const host of ["0.0.0.0", "::", "::1", "localhost", "node-1.example", "10.1.2.3"]) {
    assert.ok(loadConfig(listening, { file: { rpcHost: host, grpcHost: host } }).ok, host);
  }
  for (const host of ["", " ", "http://localhost", "localhost:26657", "[::1]", "a b", "-", "x".repeat(254)]) {
    const loaded = loadConfig(listening, { file: { rpcHost: host }, flags: { "grpc-host": host } });
    assert.ok(!loaded.ok && loaded.error.length === 2, host);
    assert.match(loaded.error[1]?.message ?? "", /^--grpc-host must be an IP address or a host's name/);
  }
  assert.ok(loadConfig(listening, {}).ok);
});

test("a list's entries can be bounded, too", () => {
  const each = { plural: "short words", allows: (text: string) => text.length < 5 };
  const words = { words: setting.list([], { description: "Words", each }) };
  assert.ok(loadConfig(words, { flags: { words: "a,b" } }).ok);
  for (const file of [{ words: ["longer"] }, { words: [1] }, { words: Array(1_001).fill("a") }, { words: {} }]) {
    const loaded = loadConfig(words, { file });
    assert.ok(!loaded.ok);
    assert.equal(loaded.error[0]?.message, "words must be a list of short words, at most 1000");
  }
});

test("all problems are listed, with where they stand", () => {
  const loaded = loadConfig(schema, {
    file: { blockIntervalMs: 5, blokInterval: 1, peers: "a" },
    environment: { ENGINE: "raft" },
    flags: { "empty-blocks": "maybe", verbose: true },
  });
  assert.ok(!loaded.ok);
  assert.deepEqual(
    loaded.error.map((problem) => problem.message),
    [
      "blockIntervalMs must be a whole number from 10 to 60000",
      "ENGINE must be one of embedded, comet",
      "--empty-blocks must be true or false",
      "there is no setting blokInterval",
      "there is no setting --verbose",
    ],
  );
  const list = loadConfig(schema, { file: [] });
  assert.ok(!list.ok);
});

test("numbers are whole, in bounds and plain", () => {
  for (const text of ["1e3", "10.5", " 10", "", "0x10", "99999999999999999999"]) {
    assert.equal(loadConfig(schema, { flags: { "block-interval-ms": text } }).ok, false, text);
  }
  assert.equal(loadConfig(schema, { file: { blockIntervalMs: 10.5 } }).ok, false);
});

test("one setting has one name in three spellings", () => {
  assert.equal(flagName("blockIntervalMs"), "block-interval-ms");
  assert.equal(variableName("STOA_", "blockIntervalMs"), "STOA_BLOCK_INTERVAL_MS");
});
