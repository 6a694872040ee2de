import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import { MultiStore, StoreError } from "@stoa/store";
import { backendSuite } from "@stoa/store/backend-suite";
import { LevelBackend, levelError } from "./level-backend.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "stoa-level-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

for (const { name, run } of backendSuite) {
  test(`level backend: ${name}`, async (t) => {
    const backend = await LevelBackend.open(join(folder(t), "db"));
    await run(backend);
    await backend.close();
  });
}

test("what was written is there after a reopening", async (t) => {
  const path = folder(t);
  const first = await LevelBackend.open(path);
  await first.write([{ type: "put", key: utf8("a"), value: utf8("1") }]);
  await first.close();
  const second = await LevelBackend.open(path);
  assert.deepEqual(second.get(utf8("a")), utf8("1"));
  await second.close();
});

test("a folder in use by another is refused by name", async (t) => {
  const path = folder(t);
  const first = await LevelBackend.open(path);
  await assert.rejects(LevelBackend.open(path), (error: unknown) => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, "locked");
    assert.match(error.message, /another process uses it/);
    return true;
  });
  await first.close();
});

test("writes happen in the order of the calls, and close waits for them", async (t) => {
  const path = folder(t);
  const backend = await LevelBackend.open(path);
  const writes = [];
  for (let i = 0; i < 200; i++) {
    writes.push(backend.write([{ type: "put", key: utf8("k"), value: utf8(String(i)) }]));
  }
  await backend.close();
  await Promise.all(writes);
  const again = await LevelBackend.open(path);
  assert.deepEqual(again.get(utf8("k")), utf8("199"));
  await again.close();
});

test("a multistore lives on disk: reopened, it has the same hash, values and older versions", async (t) => {
  const path = folder(t);
  const open = (backend: LevelBackend): MultiStore =>
    MultiStore.open({ backend, hash: pureHash, names: ["acc", "bank"], prefix: utf8("s/"), keepVersions: 3n });
  let backend = await LevelBackend.open(path);
  const hashes = new Map<bigint, Uint8Array>();
  for (let version = 1n; version <= 8n; version++) {
    const store = open(backend);
    const changes = Array.from({ length: 50 }, (_, i) => ({
      key: Uint8Array.of(i + Number(version)),
      value: utf8(`${version}/${i}`),
    }));
    const prepared = store.prepare(version, new Map([["bank", changes]]));
    await backend.write(prepared.operations);
    store.apply(prepared);
    hashes.set(version, store.appHash);
    await backend.close();
    backend = await LevelBackend.open(path);
  }
  const store = open(backend);
  assert.equal(store.version, 8n);
  assert.equal(store.oldestVersion, 5n);
  for (let version = 5n; version <= 8n; version++) {
    assert.deepEqual(store.at(version)?.appHash, hashes.get(version));
    assert.deepEqual(
      store.at(version)?.reader("bank").get(Uint8Array.of(20)),
      utf8(`${version}/${20 - Number(version)}`),
    );
  }
  await backend.close();
});

test("LevelDB's errors get a code and say what to do", () => {
  const inner = new Error("IO error: /x/000012.log: No space left on device");
  assert.equal(levelError(new Error("failed", { cause: inner }), "cannot write").code, "disk-full");
  assert.match(levelError(inner, "cannot write").message, /free some space/);
  assert.equal(levelError(new Error("IO error: Input/output error"), "cannot write").code, "io");
});

test("a full disk is a typed error, and what was written before is whole afterwards", async (t) => {
  const path = mkdtempSync(join(tmpdir(), "stoa-full-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", path]);
  t.after(() => {
    if (mounted.status === 0) execFileSync("umount", [path]);
    rmSync(path, { recursive: true, force: true });
  });
  if (mounted.status !== 0) return t.skip("no permission to mount a small file system");
  const backend = await LevelBackend.open(join(path, "db"));
  await backend.write([{ type: "put", key: utf8("first"), value: utf8("1") }]);
  const big = { type: "put", key: utf8("big"), value: new Uint8Array(3_500_000).map((_, i) => (i * i) >> 3) } as const;
  writeFileSync(join(path, "filler"), new Uint8Array(2_000_000));
  await assert.rejects(backend.write([big]), { code: "disk-full" });
  await assert.rejects(backend.write([{ type: "put", key: utf8("next"), value: utf8("1") }]), { code: "disk-full" });
  await backend.close();
  rmSync(join(path, "filler"));
  const again = await LevelBackend.open(join(path, "db"));
  assert.deepEqual(again.get(utf8("first")), utf8("1"));
  assert.equal(again.get(utf8("big")), undefined);
  assert.equal(again.get(utf8("next")), undefined);
  await again.write([{ type: "put", key: utf8("next"), value: utf8("2") }]);
  await again.close();
});
