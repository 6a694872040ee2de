import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readSecretFile, writeSecretFile } from "./secret-file.ts";

function inFolder(work: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "stoa-secret-"));
  try {
    work(join(folder, "key.json"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const facts = { name: "alice", address: "akash1alice" };
const never = (): string => assert.fail("no passphrase is needed");

test("a sealed secret opens with its passphrase alone, and never stands in the file", () => {
  inFolder((path) => {
    writeSecretFile(path, facts, "twelve words", "correct horse");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.ok(!readFileSync(path, "utf8").includes("twelve"));
    const file = readSecretFile(path);
    assert.deepEqual(file.facts, facts);
    assert.equal(
      file.open(() => "correct horse"),
      "twelve words",
    );
    assert.throws(() => file.open(() => "wrong"), /passphrase is wrong/);
  });
});

test("facts cannot be exchanged on a sealed secret", () => {
  inFolder((path) => {
    writeSecretFile(path, facts, "twelve words", "correct horse");
    writeFileSync(path, readFileSync(path, "utf8").replace("akash1alice", "akash1mallory"));
    assert.throws(() => readSecretFile(path).open(() => "correct horse"), /was changed/);
  });
});

test("a local network's secret is plain and asks nobody", () => {
  inFolder((path) => {
    writeSecretFile(path, facts, "twelve words", undefined);
    assert.equal(readSecretFile(path).open(never), "twelve words");
  });
});

test("what is not a key file is refused", () => {
  inFolder((path) => {
    writeFileSync(path, "{}");
    assert.throws(() => readSecretFile(path), /not a key file/);
    assert.throws(() => readSecretFile(`${path}.none`), /cannot read/);
  });
});
