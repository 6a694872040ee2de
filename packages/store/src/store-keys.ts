import { concatBytes, uint64Be, utf8 } from "@stoa/std";
import type { NodeId } from "./iavl-node.ts";

const metaTag = utf8("m");
const versionTag = utf8("v");
const orphansTag = utf8("o");
const nodeTag = utf8("n");
// 8 bytes of version, 4 of number within it, both big-endian.
const nodeIdBytes = 12;

/** The multistore's keys on the backend, all below its own prefix. */
export class StoreKeys {
  private readonly prefix: Uint8Array;
  private readonly nodePrefixes = new Map<string, Uint8Array>();

  constructor(prefix: Uint8Array) {
    this.prefix = prefix;
  }

  meta(): Uint8Array {
    return concatBytes(this.prefix, metaTag);
  }

  /** The roots of a version. */
  version(version: number): Uint8Array {
    return concatBytes(this.prefix, versionTag, uint64Be(BigInt(version)));
  }

  /** The nodes that this version stopped using: dead once its predecessor is pruned. */
  orphans(version: number): Uint8Array {
    return concatBytes(this.prefix, orphansTag, uint64Be(BigInt(version)));
  }

  /** Nodes of one store lie together in the order in which they were made: cheap to write, one range. */
  node(name: string, id: NodeId): Uint8Array {
    const prefix = this.nodePrefix(name);
    const key = new Uint8Array(prefix.length + nodeIdBytes);
    key.set(prefix);
    const view = new DataView(key.buffer);
    // Two halves: a BigInt per node would cost more than the rest.
    view.setUint32(prefix.length, Math.floor(id.version / 2 ** 32));
    view.setUint32(prefix.length + 4, id.version % 2 ** 32);
    view.setUint32(prefix.length + 8, id.nonce);
    return key;
  }

  private nodePrefix(name: string): Uint8Array {
    let prefix = this.nodePrefixes.get(name);
    if (prefix === undefined) {
      const text = utf8(name);
      prefix = concatBytes(this.prefix, nodeTag, Uint8Array.of(text.length), text);
      this.nodePrefixes.set(name, prefix);
    }
    return prefix;
  }
}
