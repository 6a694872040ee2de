import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import fc from "fast-check";
import { ByteWriter } from "./byte-writer.ts";
import { IavlEdit } from "./iavl-edit.ts";
import { IavlNode, type LoadNode } from "./iavl-node.ts";
import { IavlTree, nothingStored } from "./iavl-tree.ts";

const keys = fc.uint8Array({ minLength: 1, maxLength: 2, max: 7 });
const operations = fc.record({ key: keys, value: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }) });
const histories = fc.array(fc.array(operations, { maxLength: 12 }), { maxLength: 20 });

function checkShape(tree: IavlTree): void {
  const visit = (node: IavlNode): { smallest: string; size: number; height: number } => {
    if (node.value !== undefined) return { smallest: toHex(node.key), size: 1, height: 0 };
    const left = visit(node.left(tree.load));
    const right = visit(node.right(tree.load));
    assert.ok(Math.abs(left.height - right.height) <= 1, "unbalanced");
    assert.equal(toHex(node.key), right.smallest);
    const measured = {
      smallest: left.smallest,
      size: left.size + right.size,
      height: 1 + Math.max(left.height, right.height),
    };
    assert.equal(node.size, measured.size);
    assert.equal(node.height, measured.height);
    return measured;
  };
  if (tree.root !== undefined) visit(tree.root);
}

test("a tree is a balanced ordered map, and stored nodes minus orphans are exactly the latest tree", () => {
  fc.assert(
    fc.property(histories, (history) => {
      const stored = new Map<string, Uint8Array>();
      const load: LoadNode = (id) => {
        const bytes = stored.get(`${id.version}/${id.nonce}`);
        return bytes === undefined ? nothingStored(id) : IavlNode.decode(id, bytes);
      };
      const model = new Map<string, Uint8Array>();
      let tree = new IavlTree(undefined, load);
      history.forEach((batch, i) => {
        const before = toHex(tree.rootHash(pureHash));
        const entriesBefore = [...tree.iterate({})].length;
        const base = tree;
        const edit = new IavlEdit(tree, i + 1);
        for (const { key, value } of batch) {
          const old = model.get(toHex(key));
          if (value === undefined) {
            assert.deepEqual(edit.remove(key), old);
            model.delete(toHex(key));
          } else {
            assert.equal(edit.set(key, value), old !== undefined);
            model.set(toHex(key), value);
          }
        }
        const { tree: next, created, orphans } = edit.finish(pureHash);
        for (const node of created) stored.set(`${node.version}/${node.nonce}`, node.encode(new ByteWriter()));
        assert.equal(toHex(base.rootHash(pureHash)), before);
        assert.equal([...base.iterate({})].length, entriesBefore);
        for (const id of orphans) assert.ok(stored.delete(`${id.version}/${id.nonce}`), "an orphan was not stored");
        const { root } = next;
        tree = new IavlTree(root === undefined ? undefined : load(root), load);
        assert.equal(toHex(tree.rootHash(pureHash)), toHex(next.rootHash(pureHash)));
        checkShape(tree);
        assert.equal([...tree.nodesPostOrder()].length, stored.size);
      });
      const lines = [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${toHex(value)}`);
      assert.deepEqual(
        [...tree.iterate({})].map(([key, value]) => `${toHex(key)}=${toHex(value)}`),
        lines,
      );
      for (const [key, value] of model) assert.deepEqual(tree.get(Buffer.from(key, "hex")), value);
    }),
    { numRuns: 200 },
  );
});

test("ranges of a tree agree with a sorted list", () => {
  const range = fc.record({
    start: fc.option(keys, { nil: undefined }),
    end: fc.option(keys, { nil: undefined }),
    reverse: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(keys, { maxLength: 40 }), range, (list, wanted) => {
      const edit = new IavlEdit(new IavlTree(undefined, nothingStored), 1);
      for (const key of list) edit.set(key, key);
      const { tree } = edit.finish(pureHash);
      const inside = [...new Set(list.map(toHex))]
        .filter((key) => wanted.start === undefined || key >= toHex(wanted.start))
        .filter((key) => wanted.end === undefined || key < toHex(wanted.end))
        .sort((a, b) => (a < b ? -1 : 1));
      if (wanted.reverse) inside.reverse();
      assert.deepEqual(
        [...tree.iterate(wanted)].map(([key]) => toHex(key)),
        inside,
      );
    }),
    { numRuns: 300 },
  );
});

test("a damaged node is named as corruption", () => {
  assert.throws(() => IavlNode.decode({ version: 1, nonce: 1 }, Uint8Array.of(0, 200, 1, 2)), { code: "corrupt" });
  assert.throws(() => IavlNode.decode({ version: 1, nonce: 1 }, new Uint8Array(0)), { code: "corrupt" });
});
