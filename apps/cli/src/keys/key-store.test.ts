import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseCertificatePem } from "@stoa/wire";
import { armorPrivateKey, unarmorPrivateKey } from "@stoa/wire/wallet";
import { CliError } from "../command.ts";
import { newClientCertificate } from "./client-certificate.ts";
import { addressOfKey, KeyStore, newMnemonic, privateKeyOf } from "./key-store.ts";

// A mnemonic that wallets publish for tests; its first account is known as cosmos1r5v5srda7xfth3hn2s26txvrcrntldjumt8mhl.
const words =
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon " +
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon art";

function folder(t: { after(run: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), "stoa-keys-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("a sealed key is on disk only under its passphrase, for its owner alone", (t) => {
  const path = folder(t);
  let asked = 0;
  const store = new KeyStore(path, () => {
    asked++;
    return "correct horse";
  });
  const added = store.add("alice", { mnemonic: words });
  const file = join(path, "alice.json");
  assert.equal(added.address, "akash1r5v5srda7xfth3hn2s26txvrcrntldjuks2uw9");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, "utf8").includes("abandon"), false);
  assert.deepEqual(store.list(), [{ name: "alice", address: added.address, sealed: true }]);
  assert.equal(asked, 1);
  assert.deepEqual(store.secret("alice"), { mnemonic: words });
  assert.throws(() => new KeyStore(path, () => "another horse").secret("alice"), CliError);
  assert.throws(() => new KeyStore(path, undefined).secret("alice"), CliError);
});

test("names that are taken, missing, or no names are refused", (t) => {
  const store = new KeyStore(folder(t), undefined);
  store.add("alice", { mnemonic: newMnemonic() });
  assert.throws(() => store.add("alice", { mnemonic: words }), CliError);
  for (const name of ["../x", "", "a/b", ".x"]) assert.throws(() => store.add(name, { mnemonic: words }), CliError);
  assert.throws(() => store.secret("bob"), CliError);
  assert.throws(() => store.add("carol", { mnemonic: "not a mnemonic" }), CliError);
  store.remove("alice");
  assert.deepEqual(store.list(), []);
});

test("a key goes out and comes back in the reference's armor", () => {
  const key = privateKeyOf({ mnemonic: words });
  const armored = armorPrivateKey(key, "correct horse", new Uint8Array(16));
  const back = unarmorPrivateKey(armored, "correct horse");
  assert.ok(back.ok);
  const hex = Buffer.from(back.value.secret).toString("hex");
  assert.equal(addressOfKey(privateKeyOf({ hex })), addressOfKey(key));
});

test("a client certificate names its account and is kept as keys are", (t) => {
  const path = folder(t);
  const address = addressOfKey(privateKeyOf({ mnemonic: words }));
  const made = newClientCertificate(address, 30);
  const parsed = parseCertificatePem(Buffer.from(made.certificate));
  assert.ok(parsed.ok);
  const { certificate, privateKey } = made;
  const store = new KeyStore(path, () => "correct horse");
  const file = store.saveCertificate(address, { certificate, privateKey });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, "utf8").includes("PRIVATE KEY"), false);
  assert.deepEqual(store.certificate(address), { certificate, privateKey });
  assert.equal(store.certificate("akash1other"), undefined);
  assert.deepEqual(store.list(), []);
});
