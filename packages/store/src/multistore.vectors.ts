import { compareBytes, emptyBytes, fromHex, toHex, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import type { VectorFamily } from "@stoa/test";
import { CacheStore, type Change } from "./cache-store.ts";
import { appHashOf, encodeCommitInfo, proveStore } from "./commit-info.ts";
import { Comparison } from "./comparison.vectors.ts";
import { MemoryBackend } from "./memory-backend.ts";
import { MultiStore } from "./multi-store.ts";

interface CommitInfoCase {
  version: number;
  stores: [string, string][];
  hash: string;
  proofOps: { store: string; type: string; key: string; data: string }[];
}

interface HeightCase {
  height: number;
  time: string;
  writes: { store: string; ops: (readonly ["set", string, string] | readonly ["del", string])[] }[];
  workingHash: string;
  appHash: string;
  stores: [string, number, string][];
  commitInfoSorted: string;
}

interface ChainCase {
  mounted: string[];
  initialVersion?: number;
  heights: HeightCase[];
}

interface MultistoreFile {
  commitInfo: CommitInfoCase[];
  chains: ChainCase[];
}

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? emptyBytes;
}

function checkCommitInfo(at: Comparison, item: CommitInfoCase, index: number): void {
  at.cases++;
  const name = `commitInfo ${index}`;
  const roots = item.stores.map(([store, hash]) => ({ name: store, hash: bytes(hash) }));
  at.equal(name, "hash", toHex(appHashOf(pureHash, roots)), item.hash);
  for (const op of item.proofOps) {
    at.equal(name, `key of ${op.store}`, toHex(utf8(op.store)), op.key);
    at.equal(name, `proof of ${op.store}`, toHex(proveStore(pureHash, roots, op.store)), op.data);
  }
}

/** Seconds and nanoseconds of an RFC 3339 time in UTC between 1970 and 2100, without the host's calendar. */
function timeOf(text: string): { seconds: number; nanos: number } {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  if (match === null) throw new Error(`not a time: ${text}`);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  // Days since 1970 with the year beginning in March, so that leap days come last.
  const y = month > 2 ? year : year - 1;
  const monthFromMarch = (month + 9) % 12;
  const days =
    365 * y +
    Math.floor(y / 4) -
    Math.floor(y / 100) +
    Math.floor(y / 400) +
    Math.floor((153 * monthFromMarch + 2) / 5) +
    (day - 1) -
    719_468;
  const seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
  return { seconds, nanos: Number((match[7] ?? "").padEnd(9, "0")) };
}

function changesOf(item: HeightCase, store: MultiStore): ReadonlyMap<string, readonly Change[]> {
  const changes = new Map<string, readonly Change[]>();
  for (const { store: name, ops } of item.writes) {
    const layer = new CacheStore(store.reader(name));
    for (const op of ops) {
      if (op[0] === "set") layer.set(bytes(op[1]), bytes(op[2]));
      else layer.delete(bytes(op[1]));
    }
    changes.set(name, layer.changes());
  }
  return changes;
}

function checkHeight(at: Comparison, name: string, chain: ChainCase, backend: MemoryBackend, item: HeightCase): void {
  at.cases++;
  const store = open(chain, backend);
  const version = BigInt(item.height);
  const before = store.version;
  const changes = changesOf(item, store);
  const trial = store.prepare(version, changes);
  at.equal(name, "workingHash", toHex(trial.appHash), item.workingHash);
  at.equal(name, "version before commit", store.version.toString(), before.toString());
  const prepared = store.prepare(version, changes);
  at.equal(name, "appHash", toHex(prepared.appHash), item.appHash);
  // The memory backend has written when the call returns; its promise is for others.
  void backend.write(prepared.operations);
  store.apply(prepared);
  const roots = store.at(version)?.roots ?? [];
  const listed = [...roots].sort((a, b) => compareBytes(utf8(a.name), utf8(b.name)));
  const expected = [...item.stores].sort(([a], [b]) => compareBytes(utf8(a), utf8(b)));
  at.equal(
    name,
    "stores",
    listed.map((root) => [root.name, item.height, toHex(root.hash)]),
    expected,
  );
  at.equal(name, "commitInfo", toHex(encodeCommitInfo(item.height, roots, timeOf(item.time))), item.commitInfoSorted);
}

function open(item: ChainCase, backend: MemoryBackend): MultiStore {
  return MultiStore.open({
    backend,
    hash: pureHash,
    names: item.mounted,
    prefix: utf8("s/"),
    keepVersions: 2n,
    initialVersion: BigInt(item.initialVersion ?? 1),
  });
}

/** Commit hashes, store proofs, and chains of commits, reopened after every height. */
export const multistoreVectors: VectorFamily = {
  file: "lib/multistore.json",
  check(text) {
    const file = JSON.parse(text) as MultistoreFile;
    const at = new Comparison();
    file.commitInfo.forEach((item, index) => {
      checkCommitInfo(at, item, index);
    });
    file.chains.forEach((chain, index) => {
      const backend = new MemoryBackend();
      for (const height of chain.heights) {
        checkHeight(at, `chain ${index}, height ${height.height}`, chain, backend, height);
      }
    });
    return { cases: at.cases, failures: at.failures };
  },
};
