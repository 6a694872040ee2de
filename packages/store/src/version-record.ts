import { fromUtf8, utf8 } from "@stoa/std";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { StoreRoot } from "./commit-info.ts";
import { StoreError } from "./errors.ts";
import { hashBytes, type NodeId } from "./iavl-node.ts";

/** A store's root and where its root node is stored (undefined: the store is empty). */
export interface RecordedRoot extends StoreRoot {
  readonly node: NodeId | undefined;
  /** Nodes that this version created, numbered from 1. */
  readonly created: number;
}

/** Raised when the stored form changes. */
const formatVersion = 1;

/** What is kept of the whole multistore. */
export interface Meta {
  /** Latest committed version. */
  readonly latest: number;
  /** Oldest version that can still be read. */
  readonly oldest: number;
}

export function encodeMeta(meta: Meta): Uint8Array {
  return new ByteWriter().uvarint(formatVersion).uvarint(meta.latest).uvarint(meta.oldest).take();
}

/** Throws StoreError `format` for another version of the form. */
export function decodeMeta(bytes: Uint8Array): Meta {
  const reader = new ByteReader(bytes);
  const format = reader.uvarint();
  if (format !== formatVersion) {
    throw new StoreError("format", `the state is stored in form ${format}, this version reads form ${formatVersion}`);
  }
  return { latest: reader.uvarint(), oldest: reader.uvarint() };
}

export function encodeRoots(roots: readonly RecordedRoot[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { name, hash, node, created } of roots) {
    writer.prefixed(utf8(name)).bytes(hash);
    writer
      .uvarint(node?.version ?? 0)
      .uvarint(node?.nonce ?? 0)
      .uvarint(created);
  }
  return writer.take();
}

export function decodeRoots(bytes: Uint8Array): RecordedRoot[] {
  const reader = new ByteReader(bytes);
  const roots: RecordedRoot[] = [];
  while (!reader.done) {
    const name = fromUtf8(reader.take(reader.uvarint()));
    if (name === undefined) throw new StoreError("corrupt", "a stored store name is not text");
    const hash = reader.take(hashBytes);
    const version = reader.uvarint();
    const nonce = reader.uvarint();
    roots.push({ name, hash, node: nonce === 0 ? undefined : { version, nonce }, created: reader.uvarint() });
  }
  return roots;
}

/** Stored nodes, by store, that a version no longer uses. */
export type Orphans = readonly { readonly name: string; readonly nodes: readonly NodeId[] }[];

export function encodeOrphans(orphans: Orphans): Uint8Array {
  const writer = new ByteWriter();
  for (const { name, nodes } of orphans) {
    writer.prefixed(utf8(name)).uvarint(nodes.length);
    for (const { version, nonce } of nodes) writer.uvarint(version).uvarint(nonce);
  }
  return writer.take();
}

export function decodeOrphans(bytes: Uint8Array): Orphans {
  const reader = new ByteReader(bytes);
  const orphans: { name: string; nodes: NodeId[] }[] = [];
  while (!reader.done) {
    const name = fromUtf8(reader.take(reader.uvarint()));
    if (name === undefined) throw new StoreError("corrupt", "a stored store name is not text");
    const nodes: NodeId[] = [];
    for (let left = reader.uvarint(); left > 0; left--) {
      nodes.push({ version: reader.uvarint(), nonce: reader.uvarint() });
    }
    orphans.push({ name, nodes });
  }
  return orphans;
}
