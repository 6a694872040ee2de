import { equalBytes, type Hash, toHexUpper } from "@stoa/std";
import type { BlockId } from "./block-id.ts";
import { type Commit, checkCommit, commitHash, decodeCommit, emptyCommit, encodeCommit } from "./commit.ts";
import { checkEvidence, decodeEvidence, type Evidence, encodeEvidence, evidenceListHash } from "./evidence.ts";
import { checkHeader, decodeHeader, encodeHeader, type Header, headerHash } from "./header.ts";
import { type MerkleProof, merkleProofs, merkleRoot } from "./merkle.ts";
import { partSetHeader } from "./part-set.ts";
import { ProtobufError, ProtobufWriter, readFields } from "./protobuf.ts";
import type { VerifyPorts } from "./verify-commit.ts";

/** A block (base-chain.md §2.4). */
export interface Block {
  readonly header: Header;
  readonly txs: readonly Uint8Array[];
  readonly evidence: readonly Evidence[];
  /** Precommits of the height before; empty at the first height. */
  readonly lastCommit: Commit;
}

/** DataHash: the merkle root over the transactions' hashes. */
export function dataHash(hash: Hash, txs: readonly Uint8Array[]): Uint8Array {
  return merkleRoot(
    hash,
    txs.map((tx) => hash.sha256(tx)),
  );
}

/** DataHash with the proof of each transaction. */
export function txProofs(hash: Hash, txs: readonly Uint8Array[]): { root: Uint8Array; proofs: readonly MerkleProof[] } {
  return merkleProofs(
    hash,
    txs.map((tx) => hash.sha256(tx)),
  );
}

/** tendermint.types.Block: what the parts carry. */
export function encodeBlock(block: Block): Uint8Array {
  const data = new ProtobufWriter();
  for (const tx of block.txs) data.message(1, tx);
  const evidence = new ProtobufWriter();
  for (const item of block.evidence) evidence.message(1, encodeEvidence(item));
  return new ProtobufWriter()
    .message(1, encodeHeader(block.header))
    .message(2, data.finish())
    .message(3, evidence.finish())
    .message(4, encodeCommit(block.lastCommit))
    .finish();
}

export function decodeBlock(bytes: Uint8Array): Block {
  let header: Header | undefined;
  let txs: readonly Uint8Array[] = [];
  let evidence: readonly Evidence[] = [];
  let lastCommit = emptyCommit;
  for (const field of readFields(bytes)) {
    if (field.number === 1) header = decodeHeader(field.bytes());
    else if (field.number === 2) txs = elements(field.bytes());
    else if (field.number === 3) evidence = elements(field.bytes()).map(decodeEvidence);
    else if (field.number === 4) lastCommit = decodeCommit(field.bytes());
  }
  if (header === undefined) throw new ProtobufError("a block without header");
  return { header, txs, evidence, lastCommit };
}

/** The repeated first field of a message that has no other; what is not known is left out. */
function elements(bytes: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const field of readFields(bytes)) if (field.number === 1) found.push(field.bytes());
  return found;
}

/** The id that validators vote for, from a block and its serialised form. */
export function blockIdOf(hash: Hash, block: Block, encoded: Uint8Array): BlockId {
  return { hash: headerHash(hash, block.header), parts: partSetHeader(hash, encoded) };
}

/** The reference's text when a block contradicts itself, or undefined. */
export function checkBlock(ports: VerifyPorts, block: Block): string | undefined {
  const badHeader = checkHeader(block.header);
  if (badHeader !== undefined) return `invalid header: ${badHeader}`;
  const badCommit = checkCommit(block.lastCommit);
  if (badCommit !== undefined) return `wrong LastCommit: ${badCommit}`;
  const { hash } = ports;
  const differs = (name: string, own: Uint8Array, stated: Uint8Array): string | undefined => {
    return equalBytes(own, stated)
      ? undefined
      : `wrong Header.${name}. Expected ${toHexUpper(own)}, got ${toHexUpper(stated)}`;
  };
  const badHash =
    differs("LastCommitHash", commitHash(hash, block.lastCommit), block.header.lastCommitHash) ??
    differs("DataHash", dataHash(hash, block.txs), block.header.dataHash);
  if (badHash !== undefined) return badHash;
  for (const [index, item] of block.evidence.entries()) {
    const bad = checkEvidence(ports, item);
    if (bad !== undefined) return `invalid evidence (#${index}): ${bad}`;
  }
  return differs("EvidenceHash", evidenceListHash(hash, block.evidence), block.header.evidenceHash);
}
