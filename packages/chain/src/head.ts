import { concatBytes, fromHex, fromUtf8, toHex, uint64Be, utf8 } from "@stoa/std";
import type { Backend, BatchOperation } from "@stoa/store";
import type { ConsensusParams, Timestamp } from "./abci.ts";

/** What the application remembers of a committed block beside its state: for queries and checks after a restart. */
export interface Head {
  readonly chainId: string;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly proposer: Uint8Array;
  readonly consensusParams: ConsensusParams;
}

const latestKey = utf8("app/head");

function heightKey(height: bigint): Uint8Array {
  return concatBytes(utf8("app/head/"), uint64Be(height));
}

/** Text of a head: JSON with integers as texts. */
function encodeHead(head: Head): Uint8Array {
  const { block, evidence, validator, version, abci } = head.consensusParams;
  return utf8(
    JSON.stringify({
      chainId: head.chainId,
      height: head.height.toString(),
      seconds: head.time.seconds.toString(),
      nanos: head.time.nanos,
      proposer: toHex(head.proposer),
      block: [block.maxBytes.toString(), block.maxGas.toString()],
      evidence: [
        evidence.maxAgeNumBlocks.toString(),
        evidence.maxAgeDurationNs.toString(),
        evidence.maxBytes.toString(),
      ],
      keys: validator.pubKeyTypes,
      app: version.app.toString(),
      extensions: abci.voteExtensionsEnableHeight.toString(),
    }),
  );
}

interface StoredHead {
  readonly chainId: string;
  readonly height: string;
  readonly seconds: string;
  readonly nanos: number;
  readonly proposer: string;
  readonly block: readonly [string, string];
  readonly evidence: readonly [string, string, string];
  readonly keys: readonly string[];
  readonly app: string;
  readonly extensions: string;
}

function decodeHead(bytes: Uint8Array): Head {
  // Written by encodeHead alone; a damaged record must not pass for another.
  const stored = JSON.parse(fromUtf8(bytes) ?? "") as StoredHead;
  const [maxBytes, maxGas] = stored.block;
  const [maxAgeNumBlocks, maxAgeDurationNs, evidenceBytes] = stored.evidence;
  return {
    chainId: stored.chainId,
    height: BigInt(stored.height),
    time: { seconds: BigInt(stored.seconds), nanos: stored.nanos },
    proposer: fromHex(stored.proposer) ?? new Uint8Array(),
    consensusParams: {
      block: { maxBytes: BigInt(maxBytes), maxGas: BigInt(maxGas) },
      evidence: {
        maxAgeNumBlocks: BigInt(maxAgeNumBlocks),
        maxAgeDurationNs: BigInt(maxAgeDurationNs),
        maxBytes: BigInt(evidenceBytes),
      },
      validator: { pubKeyTypes: stored.keys },
      version: { app: BigInt(stored.app) },
      abci: { voteExtensionsEnableHeight: BigInt(stored.extensions) },
    },
  };
}

/** The head of the latest commit, or of an older version that is still kept. */
export function readHead(backend: Backend, height?: bigint): Head | undefined {
  const bytes = backend.get(height === undefined ? latestKey : heightKey(height));
  return bytes === undefined ? undefined : decodeHead(bytes);
}

/** Operations that make this the latest head and forget the one of `forget`. */
export function headOperations(head: Head, forget: bigint | undefined): BatchOperation[] {
  const value = encodeHead(head);
  const operations: BatchOperation[] = [
    { type: "put", key: latestKey, value },
    { type: "put", key: heightKey(head.height), value },
  ];
  if (forget !== undefined) operations.push({ type: "del", key: heightKey(forget) });
  return operations;
}
