/** A whole block in CometBFT's JSON. */
import type { Block, BlockId } from "@stoa/consensus";
import { maxTxs, readBlockId, readCommit, readHeader } from "./comet-json.ts";
import { readEvidence } from "./evidence-json.ts";
import type { JsonValue } from "./json-value.ts";

/** A block of 100 MiB holds fewer of the smallest piece of evidence: two votes of 100 bytes and more each. */
const maxEvidence = 500_000;

/** The result of `block`. */
export function readBlock(json: JsonValue): { readonly blockId: BlockId; readonly block: Block } {
  const block = json.field("block");
  return {
    blockId: readBlockId(json.field("block_id")),
    block: {
      header: readHeader(block.field("header")),
      txs: block
        .field("data")
        .field("txs")
        .list(maxTxs)
        .map((tx) => tx.base64()),
      evidence: block.field("evidence").field("evidence").list(maxEvidence).map(readEvidence),
      lastCommit: readCommit(block.field("last_commit")),
    },
  };
}
