import { emptyBytes, fromHex, toHex } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import type { VectorFamily } from "@stoa/test";
import { Comparison } from "./comparison.vectors.ts";
import { IavlEdit } from "./iavl-edit.ts";
import { IavlTree, nothingStored } from "./iavl-tree.ts";
import { proveKey } from "./ics23.ts";

interface ProofCase {
  tree: number;
  key: string;
  proof: string;
}

interface ProofFile {
  trees: { tree: number; root: string; entries: [string, string][] }[];
  existence: ProofCase[];
  nonExistence: ProofCase[];
  emptyTree: { case: string; root?: string; key: string; proof?: string }[];
}

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? emptyBytes;
}

// The file names a tree's entries but not the order in which they came: small trees are tried in every order.
const maxEntries = 4;

function* orders<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries()) {
    for (const rest of orders(items.filter((_, j) => j !== i))) yield [item, ...rest];
  }
}

function madeAgain(entries: readonly [string, string][], root: string): IavlTree | undefined {
  for (const order of orders(entries)) {
    const edit = new IavlEdit(new IavlTree(undefined, nothingStored), 1);
    for (const [key, value] of order) edit.set(bytes(key), bytes(value));
    const { tree } = edit.finish(pureHash);
    if (toHex(tree.rootHash(pureHash)) === root) return tree;
  }
  return undefined;
}

/**
 * The proofs of those trees of the file that can be made again, byte for byte. Every proof of the file is verified in
 * `consensus`.
 */
export const proofVectors: VectorFamily = {
  file: "lib/ics23.json",
  check(text) {
    const file = JSON.parse(text) as ProofFile;
    const at = new Comparison();
    const trees = new Map<number, IavlTree>();
    for (const { tree: index, root, entries } of file.trees) {
      const tree = entries.length > maxEntries ? undefined : madeAgain(entries, root);
      if (tree !== undefined) trees.set(index, tree);
    }
    for (const group of ["existence", "nonExistence"] as const) {
      file[group].forEach((item, index) => {
        const tree = trees.get(item.tree);
        if (tree === undefined) return;
        at.cases++;
        at.equal(`${group} ${index}`, "proof", toHex(proveKey(tree, bytes(item.key))), item.proof);
      });
    }
    for (const item of file.emptyTree) {
      if (item.proof === undefined) continue;
      at.cases++;
      const tree = new IavlTree(undefined, nothingStored);
      at.equal(item.case, "proof", toHex(proveKey(tree, bytes(item.key))), item.proof);
      at.equal(item.case, "root", toHex(tree.rootHash(pureHash)), item.root);
    }
    return { cases: at.cases, failures: at.failures };
  },
};
