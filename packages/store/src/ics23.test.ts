import assert from "node:assert/strict";
import { test } from "node:test";
import { iavlSpec, ics23, tendermintSpec, verifyMembership, verifyNonMembership } from "@confio/ics23";
import { Prng, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import { CacheStore } from "./cache-store.ts";
import { MemoryBackend } from "./memory-backend.ts";
import { MultiStore } from "./multi-store.ts";

const names = ["acc", "bank", "ibc", "market", "provider"];

async function chain(): Promise<{ store: MultiStore; keys: Map<string, Uint8Array[]> }> {
  const random = new Prng(23n);
  const backend = new MemoryBackend();
  const store = MultiStore.open({ backend, hash: pureHash, names, prefix: utf8("s"), keepVersions: 20n });
  const keys = new Map<string, Uint8Array[]>(names.map((name) => [name, []]));
  for (let version = 1n; version <= 12n; version++) {
    const changes = new Map();
    // The last store stays empty.
    for (const name of names.slice(0, -1)) {
      const layer = new CacheStore(store.reader(name));
      for (let i = 0; i < 12; i++) {
        const known = keys.get(name) ?? [];
        const key = random.bytes(1 + random.below(12));
        if (random.below(5) === 0 && known.length > 0) layer.delete(random.pick(known));
        else {
          layer.set(key, random.bytes(1 + random.below(30)));
          known.push(key);
        }
      }
      changes.set(name, layer.changes());
    }
    const prepared = store.prepare(version, changes);
    await backend.write(prepared.operations);
    store.apply(prepared);
  }
  return { store, keys };
}

test("another implementation verifies every proof, present and absent, at latest and older versions", async () => {
  const { store, keys } = await chain();
  const random = new Prng(5n);
  let present = 0;
  let absent = 0;
  for (const version of [12n, 7n, 1n]) {
    const view = store.at(version);
    assert.ok(view !== undefined);
    for (const name of names.slice(0, -1)) {
      const root = view.roots.find((each) => each.name === name)?.hash;
      assert.ok(root !== undefined);
      const asked = [...(keys.get(name) ?? []), random.bytes(3), Uint8Array.of(0), new Uint8Array(20).fill(255)];
      for (const key of asked) {
        const proven = store.prove(version, name, key);
        assert.ok(proven !== undefined);
        const [iavl, simple] = proven.ops;
        assert.deepEqual([iavl.type, simple.type], ["ics23:iavl", "ics23:simple"]);
        assert.deepEqual(simple.key, utf8(name));
        const proof = ics23.CommitmentProof.decode(iavl.data);
        const verified =
          proven.value === undefined
            ? verifyNonMembership(proof, iavlSpec, root, key)
            : verifyMembership(proof, iavlSpec, root, key, proven.value);
        assert.ok(verified);
        if (proven.value === undefined) absent++;
        else present++;
        const upper = ics23.CommitmentProof.decode(simple.data);
        assert.ok(verifyMembership(upper, tendermintSpec, view.appHash, utf8(name), root));
      }
    }
  }
  assert.ok(present > 100 && absent > 20, `${present} present, ${absent} absent`);
  assert.equal(store.prove(99n, "acc", utf8("k")), undefined);
});

test("absence in an empty store cannot be proven, yet the store's own root can", async () => {
  const { store } = await chain();
  const proven = store.prove(12n, "provider", utf8("k"));
  assert.ok(proven !== undefined && proven.value === undefined);
  const root = pureHash.sha256(new Uint8Array(0));
  const [iavl, simple] = proven.ops;
  let verified = false;
  try {
    verified = verifyNonMembership(ics23.CommitmentProof.decode(iavl.data), iavlSpec, root, utf8("k"));
  } catch {}
  assert.equal(verified, false);
  const upper = ics23.CommitmentProof.decode(simple.data);
  assert.ok(verifyMembership(upper, tendermintSpec, store.appHash, utf8("provider"), root));
});
