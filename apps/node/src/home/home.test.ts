import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { defaultConsensusParams, formatTime } from "@stoa/consensus";
import { createNativeVerifier } from "@stoa/host";
import { fromUtf8, silentLog, toHexUpper, utf8 } from "@stoa/std";
import { parseGenesis } from "./genesis.ts";
import { initNodeHome, openNodeHome } from "./node-home.ts";
import { loadNodeId, loadSignedState, loadValidatorKey, saveSignedState } from "./validator-key.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "stoa-home-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("a key in CometBFT's form signs what verifies, and is read again", (t) => {
  const path = folder(t);
  const signer = loadValidatorKey(path);
  const message = utf8("precommit");
  const verifier = createNativeVerifier({ log: silentLog });
  assert.equal(verifier.verify("ed25519", signer.publicKey.bytes, message, signer.sign(message)), true);
  const file = JSON.parse(readFileSync(join(path, "priv_validator_key.json"), "utf8"));
  assert.equal(file.address, toHexUpper(signer.address));
  assert.equal(file.pub_key.type, "tendermint/PubKeyEd25519");
  assert.equal(Buffer.from(file.priv_key.value, "base64").length, 64);
  assert.deepEqual(loadValidatorKey(path).publicKey, signer.publicKey);
  assert.match(loadNodeId(path), /^[0-9a-f]{40}$/);
  assert.equal(loadNodeId(path), loadNodeId(path));
});

test("a damaged key file is refused by name", (t) => {
  const path = folder(t);
  loadValidatorKey(path);
  const file = join(path, "priv_validator_key.json");
  const good = JSON.parse(readFileSync(file, "utf8"));
  const refuse = (value: unknown, reason: RegExp): void => {
    writeFileSync(file, JSON.stringify(value));
    assert.throws(() => loadValidatorKey(path), reason);
  };
  refuse({ ...good, priv_key: { ...good.priv_key, value: "AAAA" } }, /priv_key is not 64 bytes/);
  refuse(
    { ...good, priv_key: { ...good.priv_key, value: Buffer.alloc(64).toString("base64") } },
    /halves .* do not match/,
  );
  refuse({ ...good, priv_key: { type: "tendermint/PrivKeySecp256k1", value: "" } }, /holds no ed25519 key/);
  writeFileSync(file, "{");
  assert.throws(() => loadValidatorKey(path), /cannot read/);
});

test("the signed state survives, and a missing one says that nothing was signed", (t) => {
  const path = folder(t);
  assert.deepEqual(loadSignedState(path), { height: 0n, round: 0, step: 0 });
  saveSignedState(path, { height: 7n, round: 0, step: 3 });
  assert.deepEqual(loadSignedState(path), { height: 7n, round: 0, step: 3 });
});

const key = { type: "tendermint/PubKeyEd25519", value: Buffer.alloc(32, 1).toString("base64") };

test("both forms of the genesis file are read", () => {
  const common = { chain_id: "a-1", genesis_time: "2026-01-02T03:04:05.5Z", app_state: { bank: {} } };
  const validators = [{ pub_key: key, power: "10", name: "x" }];
  const app = parseGenesis(
    JSON.stringify({ ...common, initial_height: 1, consensus: { validators, params: { block: { max_gas: "5" } } } }),
  );
  const old = parseGenesis(
    JSON.stringify({ ...common, initial_height: "1", validators, consensus_params: { block: { max_gas: "5" } } }),
  );
  assert.deepEqual(app, old);
  assert.equal(app.params.block.maxGas, 5n);
  assert.equal(app.params.block.maxBytes, defaultConsensusParams.block.maxBytes);
  assert.equal(formatTime(app.time), "2026-01-02T03:04:05.5Z");
  assert.equal(fromUtf8(app.appState), '{"bank":{}}');
  assert.equal(app.validators[0]?.power, 10n);
});

test("a genesis file that cannot start a chain is refused with the place", () => {
  const good = { chain_id: "a-1", genesis_time: "2026-01-02T03:04:05Z", app_state: {} };
  const refuse = (changes: object, reason: RegExp): void => {
    assert.throws(() => parseGenesis(JSON.stringify({ ...good, ...changes })), reason);
  };
  refuse({ chain_id: "" }, /chain_id is missing/);
  refuse({ chain_id: "x".repeat(51) }, /longer than 50/);
  refuse({ genesis_time: "yesterday" }, /genesis_time/);
  refuse({ initial_height: -1 }, /negative/);
  refuse({ consensus_params: { block: { max_bytes: "0" } } }, /MaxBytes cannot be 0/);
  refuse({ validators: [{ pub_key: key, power: "0" }] }, /power is not positive/);
  refuse({ validators: [{ pub_key: { ...key, value: "AA==" }, power: "1" }] }, /no ed25519 key/);
  assert.throws(() => parseGenesis("{"), /is not JSON/);
});

test("a home is made once; somebody else's genesis file makes a folder a home", (t) => {
  const home = join(folder(t), "a");
  const params = { home, chainId: "a-1", genesisTime: 0n, appState: {} };
  initNodeHome(params);
  assert.throws(() => initNodeHome(params), /holds a node already/);
  const opened = openNodeHome(home);
  assert.equal(opened.record.chainId, "a-1");
  assert.deepEqual(opened.genesis.validators[0]?.publicKey, opened.signer.publicKey);
  opened.lock.close();
  rmSync(join(home, "node.json"));
  openNodeHome(home).lock.close();
  assert.equal(JSON.parse(readFileSync(join(home, "node.json"), "utf8")).stateFormat, 1);
});
