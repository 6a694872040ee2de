import { assert, compareBytes, concatBytes, type Hash, utf8 } from "@stoa/std";
import { ByteWriter } from "./byte-writer.ts";
import { proveSimple } from "./ics23.ts";
import { bytesField, varintField } from "./protobuf.ts";
import { simpleMerklePath, simpleMerkleRoot } from "./simple-merkle.ts";

/** A store's root at some version. */
export interface StoreRoot {
  readonly name: string;
  readonly hash: Uint8Array;
}

function sorted(roots: readonly StoreRoot[]): { name: Uint8Array; hash: Uint8Array }[] {
  const named = roots.map(({ name, hash }) => ({ name: utf8(name), hash }));
  return named.sort((a, b) => compareBytes(a.name, b.name));
}

/** The leaf item: name and the hash of the root, each with its length (base-chain.md §3.1). */
function item(hash: Hash, root: { name: Uint8Array; hash: Uint8Array }): Uint8Array {
  return new ByteWriter().prefixed(root.name).prefixed(hash.sha256(root.hash)).take();
}

/** The app hash: simple merkle root over the stores' names and root hashes, sorted by name. */
export function appHashOf(hash: Hash, roots: readonly StoreRoot[]): Uint8Array {
  return simpleMerkleRoot(
    hash,
    sorted(roots).map((root) => item(hash, root)),
  );
}

/** ICS-23 proof (protobuf bytes) that the app hash covers a store's root. The store must be among the roots. */
export function proveStore(hash: Hash, roots: readonly StoreRoot[], name: string): Uint8Array {
  const all = sorted(roots);
  const wanted = utf8(name);
  const index = all.findIndex((root) => compareBytes(root.name, wanted) === 0);
  const root = all[index];
  assert(root !== undefined, `no store ${name} among the roots`);
  const steps = simpleMerklePath(
    hash,
    all.map((each) => item(hash, each)),
    index,
  );
  return proveSimple(root.name, root.hash, steps);
}

/**
 * cosmos.store.v1beta1.CommitInfo as protobuf bytes, stores sorted by name: what the reference keeps of a version (§3.1).
 * `time` is the block's.
 */
export function encodeCommitInfo(
  version: number,
  roots: readonly StoreRoot[],
  time: { readonly seconds: number; readonly nanos: number },
): Uint8Array {
  const stores = sorted(roots).map(({ name, hash }) => {
    const id = concatBytes(varintField(1, version), bytesField(2, hash));
    return bytesField(2, concatBytes(bytesField(1, name), bytesField(2, id)));
  });
  const timestamp = concatBytes(varintField(1, time.seconds), varintField(2, time.nanos));
  return concatBytes(varintField(1, version), ...stores, bytesField(3, timestamp));
}
