import { emptyBytes, fromHex, toHex } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import type { VectorFamily } from "@stoa/test";
import { ByteWriter } from "./byte-writer.ts";
import { Comparison } from "./comparison.vectors.ts";
import { IavlEdit } from "./iavl-edit.ts";
import { IavlNode, type LoadNode, type NodeId } from "./iavl-node.ts";
import { IavlTree, nothingStored } from "./iavl-tree.ts";
import { proveKey } from "./ics23.ts";

type Op = readonly ["set", string, string] | readonly ["del", string];

interface VersionCase {
  version: number;
  ops: Op[] | null;
  workingHash?: string;
  root: string;
  size?: number;
  height?: number;
  results?: (readonly [boolean, string?])[] | null;
  prunedTo?: number;
  available?: number[];
}

interface Scenario {
  name: string;
  versions: VersionCase[];
  afterRollback?: VersionCase[];
}

interface NodeCase {
  batches: Op[][];
  root: string;
  hashes: { key: string; leafPrefix: string; leafHash: string; innerUp: { preimage: string; hash: string }[] }[];
  exportPostOrder: { key: string; value: string; valueNil: boolean; version: number; height: number }[];
  shape: string[];
}

interface IavlFile {
  scenarios: Scenario[];
  random: Scenario[];
  initialVersion: Scenario[];
  pruning: Scenario[];
  nodes: NodeCase[];
  errors: { case: string; error: string | null }[];
}

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? emptyBytes;
}

/** A tree whose versions are all stored and read back, with the pruning rule of the multistore. */
class StoredTree {
  tree: IavlTree;
  readonly versions = new Map<number, IavlTree>();
  private readonly nodes = new Map<string, Uint8Array>();
  private readonly orphans = new Map<number, readonly NodeId[]>();
  private readonly load: LoadNode = (id) => {
    const stored = this.nodes.get(`${id.version}/${id.nonce}`);
    return stored === undefined ? nothingStored(id) : IavlNode.decode(id, stored);
  };

  constructor() {
    this.tree = new IavlTree(undefined, this.load);
  }

  save(edit: IavlEdit, version: number): void {
    const { tree, created, orphans } = edit.finish(pureHash);
    for (const node of created) this.nodes.set(`${node.version}/${node.nonce}`, node.encode(new ByteWriter()));
    this.orphans.set(version, orphans);
    const { root } = tree;
    // Read back, so that what is checked afterwards is what was stored.
    this.tree = new IavlTree(root === undefined ? undefined : this.load(root), this.load);
    this.versions.set(version, this.tree);
  }

  prune(to: number): void {
    for (const version of [...this.versions.keys()]) {
      if (version > to) continue;
      for (const id of this.orphans.get(version + 1) ?? []) this.nodes.delete(`${id.version}/${id.nonce}`);
      this.versions.delete(version);
    }
  }

  rollback(to: number): void {
    for (const version of [...this.versions.keys()]) if (version > to) this.versions.delete(version);
    this.tree = this.versions.get(to) ?? new IavlTree(undefined, this.load);
  }
}

function apply(edit: IavlEdit, ops: readonly Op[]): unknown[] {
  return ops.map((op) => {
    if (op[0] === "set") return [edit.set(bytes(op[1]), bytes(op[2]))];
    const old = edit.remove(bytes(op[1]));
    return [old !== undefined, old === undefined ? "" : toHex(old)];
  });
}

function checkVersion(at: Comparison, name: string, stored: StoredTree, item: VersionCase): void {
  at.cases++;
  const where = `${name}, version ${item.version}`;
  const edit = new IavlEdit(stored.tree, item.version);
  const results = apply(edit, item.ops ?? []);
  if (item.results !== undefined && item.results !== null) {
    const expected = item.results.map(([yes, old], i) => (item.ops?.[i]?.[0] === "set" ? [yes] : [yes, old ?? ""]));
    at.equal(where, "results", results, expected);
  }
  stored.save(edit, item.version);
  const root = toHex(stored.tree.rootHash(pureHash));
  at.equal(where, "root", root, item.root);
  if (item.workingHash !== undefined) at.equal(where, "workingHash", root, item.workingHash);
  if (item.size !== undefined) at.equal(where, "size", stored.tree.size, item.size);
  if (item.height !== undefined) at.equal(where, "height", stored.tree.height, item.height);
  if (item.available === undefined) return;
  if (item.prunedTo !== undefined && item.prunedTo > 0) stored.prune(item.prunedTo);
  at.equal(where, "available", [...stored.versions.keys()], item.available);
}

function checkScenario(at: Comparison, scenario: Scenario): void {
  const stored = new StoredTree();
  const roots = new Map<number, string>();
  for (const item of scenario.versions) {
    checkVersion(at, scenario.name, stored, item);
    roots.set(item.version, item.root);
  }
  for (const [version, tree] of stored.versions) {
    // Whatever is still available must be whole: recompute from every node that can be reached.
    const copy = [...tree.nodesPostOrder()].filter((node) => node.value !== undefined);
    at.equal(scenario.name, `leaves of version ${version}`, copy.length, tree.size);
    at.equal(scenario.name, `root of version ${version}`, toHex(tree.rootHash(pureHash)), roots.get(version));
  }
  const first = scenario.afterRollback?.[0];
  if (first === undefined) return;
  stored.rollback(first.version - 1);
  for (const item of scenario.afterRollback ?? []) checkVersion(at, `${scenario.name}, after rollback`, stored, item);
}

function checkNodes(at: Comparison, item: NodeCase, index: number): void {
  at.cases++;
  const name = `nodes ${index}`;
  let tree = new IavlTree(undefined, nothingStored);
  item.batches.forEach((ops, i) => {
    const edit = new IavlEdit(tree, i + 1);
    apply(edit, ops);
    tree = edit.finish(pureHash).tree;
  });
  at.equal(name, "root", toHex(tree.rootHash(pureHash)), item.root);
  const nodes = [...tree.nodesPostOrder()];
  const exported = nodes.map((node) => ({
    key: toHex(node.key),
    value: toHex(node.value ?? emptyBytes),
    valueNil: node.value === undefined,
    version: node.version,
    height: node.height,
  }));
  at.equal(name, "exportPostOrder", exported, item.exportPostOrder);
  at.equal(name, "shape", shape(tree.root, 0), item.shape);
  for (const expected of item.hashes) {
    const leaf = nodes.find((node) => node.value !== undefined && toHex(node.key) === expected.key);
    at.equal(name, `leaf ${expected.key}`, toHex(leaf?.hash ?? emptyBytes), expected.leafHash);
    at.equal(name, `leaf prefix ${expected.key}`, toHex(leaf?.head() ?? emptyBytes), expected.leafPrefix);
    for (const { preimage, hash } of expected.innerUp) {
      const inner = nodes.find((node) => toHex(node.hash ?? emptyBytes) === hash);
      const parts =
        inner === undefined
          ? ""
          : `${toHex(inner.head())}20${hashText(inner.left(nothingStored))}20${hashText(inner.right(nothingStored))}`;
      at.equal(name, `inner ${hash}`, parts, preimage);
    }
  }
}

function hashText(node: IavlNode): string {
  return toHex(node.hash ?? emptyBytes);
}

/** In key order, one line a node, indented by its depth. */
function shape(node: IavlNode | undefined, depth: number): string[] {
  if (node === undefined) return [];
  const indent = " ".repeat(depth);
  if (node.value !== undefined) return [`${indent}leaf key ${toHex(node.key)}`];
  return [
    ...shape(node.left(nothingStored), depth + 1),
    `${indent}inner hash ${hashText(node)}`,
    ...shape(node.right(nothingStored), depth + 1),
  ];
}

/** What must be accepted here as there. The others ask for what our interface cannot express. */
const accepted: Readonly<Record<string, () => void>> = {
  "set empty key": () => new IavlEdit(new IavlTree(undefined, nothingStored), 1).set(emptyBytes, emptyBytes),
  "set nil key": () => new IavlEdit(new IavlTree(undefined, nothingStored), 1).set(emptyBytes, emptyBytes),
  "set empty value": () => new IavlEdit(new IavlTree(undefined, nothingStored), 1).set(bytes("61"), emptyBytes),
  "non-membership proof of empty tree": () => proveKey(new IavlTree(undefined, nothingStored), bytes("61")),
};

function checkError(at: Comparison, item: { case: string; error: string | null }): void {
  if (item.error !== null) return;
  at.cases++;
  const attempt = accepted[item.case];
  if (attempt === undefined) {
    at.equal(item.case, "error", "not tried", null);
    return;
  }
  try {
    attempt();
  } catch (error) {
    at.equal(item.case, "error", String(error), null);
  }
}

/** Shapes, roots, results, stored versions and node hashes of the reference's trees. */
export const iavlVectors: VectorFamily = {
  file: "lib/iavl.json",
  check(text) {
    const file = JSON.parse(text) as IavlFile;
    const at = new Comparison();
    for (const group of [file.scenarios, file.random, file.initialVersion, file.pruning]) {
      for (const scenario of group) checkScenario(at, scenario);
    }
    file.nodes.forEach((item, index) => {
      checkNodes(at, item, index);
    });
    for (const item of file.errors) checkError(at, item);
    return { cases: at.cases, failures: at.failures };
  },
};
