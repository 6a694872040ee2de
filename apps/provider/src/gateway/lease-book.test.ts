import assert from "node:assert/strict";
import { test } from "node:test";
import { HostError, nativeHash } from "@stoa/host";
import type { ManifestGroup } from "@stoa/market";
import { manifest } from "../keeper/test-world.ts";
import type { LeaseId } from "../runtimes/runtime.ts";
import { type KeptLease, LeaseBook, type LeaseStore } from "./lease-book.ts";

function lease(owner: string, dseq: bigint): LeaseId {
  return { owner, dseq, gseq: 1, oseq: 1, provider: "p" };
}

/** A manifest whose one service asks for these names. */
function group(...hosts: string[]): ManifestGroup {
  const plain = manifest();
  const services = (plain.services ?? []).map((service) => ({
    ...service,
    expose: (service.expose ?? []).map((expose) => ({ ...expose, hosts })),
  }));
  return { ...plain, services };
}

class Disk implements LeaseStore {
  readonly kept = new Map<bigint, KeptLease>();
  failure: Error | undefined;

  async load() {
    return [...this.kept.values()];
  }

  async save(kept: readonly KeptLease[]) {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failure !== undefined) throw this.failure;
    for (const each of kept) this.kept.set(each.lease.dseq, each);
  }

  async remove({ dseq }: LeaseId) {
    this.kept.delete(dseq);
  }
}

function open() {
  const disk = new Disk();
  const changed: bigint[] = [];
  const book = new LeaseBook({
    store: disk,
    blockedHostnames: [],
    ingressDomain: "ingress.test",
    publicHost: "localhost",
    hash: nativeHash,
    onChange: (leases) => changed.push(...leases.map(({ dseq }) => dseq)),
  });
  return { disk, changed, book };
}

test("a manifest that cannot be kept changes nothing: not what runs, not who holds which name", async () => {
  const { disk, changed, book } = open();
  const own = lease("a", 1n);
  await book.accept([{ lease: own, group: group("old.test") }]);
  disk.failure = new HostError("disk-full", "platform", "no space");
  await assert.rejects(book.accept([{ lease: own, group: group("new.test") }]), /no space/);
  await assert.rejects(book.accept([{ lease: lease("b", 2n), group: group("other.test") }]));
  assert.deepEqual(await book.manifestGroup(own), group("old.test"));
  assert.equal(book.leases().length, 1);
  assert.deepEqual(changed, [1n]);
  assert.equal(await book.hostnameProblem("c", ["new.test", "other.test"]), undefined);
  assert.match((await book.hostnameProblem("c", ["old.test"])) ?? "", /in use/);
});

test("what is not yet kept is not yet told", async () => {
  const { book } = open();
  const accepting = book.accept([{ lease: lease("a", 1n), group: group("x.test") }]);
  await Promise.resolve();
  assert.deepEqual(book.leases(), []);
  await accepting;
  assert.equal(book.leases().length, 1);
});

test("two tenants who ask for one name at once: the first gets it, on disk too", async () => {
  const { disk, book } = open();
  const accept = (owner: string, dseq: bigint) => book.accept([{ lease: lease(owner, dseq), group: group("x.test") }]);
  await Promise.all([accept("a", 1n), accept("b", 2n)]);
  assert.deepEqual(
    [1n, 2n].map((dseq) => disk.kept.get(dseq)?.hostnames),
    [["x.test"], []],
  );
});

test("a lease that ends while its manifest is written is forgotten", async () => {
  const { disk, book } = open();
  const own = lease("a", 1n);
  await Promise.all([book.accept([{ lease: own, group: group("x.test") }]), book.remove(own)]);
  assert.deepEqual([book.leases(), disk.kept.size], [[], 0]);
});

test("a move of names that cannot be kept is no move", async () => {
  const { disk, book } = open();
  const [first, second] = [lease("a", 1n), lease("a", 2n)];
  await book.accept([{ lease: first, group: group("x.test") }]);
  await book.accept([{ lease: second, group: group("x.test") }]);
  disk.failure = new Error("no disk");
  await assert.rejects(book.transferHostnames(second, ["x.test"]));
  disk.failure = undefined;
  await book.remove(second);
  assert.match((await book.hostnameProblem("b", ["x.test"])) ?? "", /in use/);
  await book.accept([{ lease: second, group: group("x.test") }]);
  assert.equal(await book.transferHostnames(second, ["x.test"]), undefined);
  assert.deepEqual(
    [1n, 2n].map((dseq) => disk.kept.get(dseq)?.hostnames),
    [[], ["x.test"]],
  );
});
