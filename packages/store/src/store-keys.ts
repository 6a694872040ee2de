import { concatBytes, uint32Be, uint64Be, utf8 } from "@stoa/std";
import type { NodeId } from "./iavl-node.ts";

const metaTag = utf8("m");
const versionTag = utf8("v");
const orphansTag = utf8("o");
const nodeTag = utf8("n");

/** The multistore's keys on the backend, all below its own prefix. */
export class StoreKeys {
  private readonly prefix: Uint8Array;

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
    const text = utf8(name);
    return concatBytes(
      this.prefix,
      nodeTag,
      Uint8Array.of(text.length),
      text,
      uint64Be(BigInt(id.version)),
      uint32Be(id.nonce),
    );
  }
}
