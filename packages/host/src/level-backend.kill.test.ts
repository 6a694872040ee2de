import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Prng, toHex, utf8 } from "@stoa/std";
import { type Change, MemoryBackend, MultiStore } from "@stoa/store";
import { LevelBackend } from "./level-backend.ts";
import { nativeHash } from "./native-hash.ts";

const kills = 5;

const open = (backend: LevelBackend | MemoryBackend): MultiStore =>
  MultiStore.open({ backend, hash: nativeHash, names: ["acc"], prefix: utf8("s/"), keepVersions: 5n });

/** The same changes for a version in every process. */
function changesOf(version: bigint): Map<string, Change[]> {
  const random = new Prng(version);
  const keys = new Set(Array.from({ length: 40 }, () => random.below(2000)));
  const sorted = [...keys].sort((a, b) => a - b);
  const change = (key: number): Change => ({
    key: Uint8Array.of(key >> 8, key & 255),
    value: random.below(4) === 0 ? undefined : random.bytes(200),
  });
  return new Map([["acc", sorted.map(change)]]);
}

async function commit(store: MultiStore, backend: LevelBackend | MemoryBackend): Promise<void> {
  const version = store.version + 1n;
  const prepared = store.prepare(version, changesOf(version));
  await backend.write(prepared.operations);
  store.apply(prepared);
}

if (process.argv[2] === "--writer") {
  const backend = await LevelBackend.open(process.argv[3] ?? "");
  const store = open(backend);
  for (;;) {
    await commit(store, backend);
    process.stdout.write(`${store.version}\n`);
  }
}

test("killed at any moment, the store reopens at the last reported version or the next, whole", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-kill-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const random = new Prng(99n);
  const memory = new MemoryBackend();
  const expected = open(memory);
  for (let round = 0; round < kills; round++) {
    const writer = spawn(process.execPath, [import.meta.filename, "--writer", folder]);
    let said = "";
    writer.stdout.on("data", (chunk) => {
      said += chunk;
    });
    await once(writer.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, 20 + random.below(150)));
    writer.kill("SIGKILL");
    await once(writer, "close");
    const reported = BigInt(said.slice(0, said.lastIndexOf("\n")).split("\n").at(-1) ?? "0");
    const backend = await LevelBackend.open(folder);
    const store = open(backend);
    assert.ok(store.version >= reported && store.version <= reported + 1n, `${store.version} after ${reported}`);
    while (expected.version < store.version) await commit(expected, memory);
    assert.equal(toHex(store.appHash), toHex(expected.appHash));
    assert.deepEqual([...store.reader("acc").iterate({})], [...expected.reader("acc").iterate({})]);
    await backend.close();
  }
});
