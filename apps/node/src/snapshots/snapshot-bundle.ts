import {
  type Block,
  blockIdOf,
  type Commit,
  checkBlock,
  commitHash,
  consensusParamsHash,
  decodeBlock,
  decodeCommit,
  decodeHeader,
  defaultTrustLevel,
  encodeBlock,
  encodeCommit,
  encodeHeader,
  equalBlockIds,
  type Header,
  headerHash,
  newValidatorSet,
  ProtobufError,
  ProtobufWriter,
  readFields,
  type VerifyPorts,
  verifyCommitLight,
  verifyCommitTrusting,
} from "@stoa/consensus";
import { equalBytes, type Hash } from "@stoa/std";
import type { ChainStore } from "../engines/embedded/chain-store.ts";
import { decodeEngineState, type EngineState, encodeEngineState } from "../engines/embedded/engine-state.ts";
import type { Genesis } from "../home/genesis.ts";

/**
 * What a validator needs besides the trees of a height: where the chain stood after that block, and the next block with its
 * commit, whose header is the first to carry the app hash of the trees. So everything here is signed, but for two things
 * that no header covers: proposer priorities, and parameters other than a block's size and gas.
 */
export interface SnapshotBundle {
  /** After the block of the snapshot's height. */
  readonly state: EngineState;
  /** Of the snapshot's height. */
  readonly header: Header;
  /** The block after it, and who signed it. */
  readonly next: Block;
  readonly nextCommit: Commit;
}

/** A snapshot that cannot be made, read or trusted; the message says what to do. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
}

/** What the chain's records say of a height; it, the next one and the rules after that must be kept. Throws SnapshotError. */
export function bundleOf(store: ChainStore, height: bigint): SnapshotBundle {
  const latest = store.state();
  const header = store.block(height)?.block.header;
  const next = store.block(height + 1n)?.block;
  const isLast = latest?.lastHeight === height + 1n;
  const nextCommit = isLast ? latest.lastCommit : store.block(height + 2n)?.block.lastCommit;
  const [own, following] = [store.rules(height), store.rules(height + 1n)];
  const later = isLast ? latest : store.rules(height + 2n);
  if (latest === undefined || header === undefined || next === undefined || nextCommit === undefined) {
    throw missing(store, height);
  }
  if (own === undefined || following === undefined || later === undefined) throw missing(store, height);
  const { lastBlockId, appHash, lastResultsHash } = next.header;
  const state: EngineState = {
    chainId: latest.chainId,
    initialHeight: latest.initialHeight,
    lastHeight: height,
    lastBlockId,
    lastBlockTime: header.time,
    lastCommit: next.lastCommit,
    lastValidators: own.validators,
    validators: following.validators,
    nextValidators: later.validators,
    params: following.params,
    lastResultsHash,
    appHash,
  };
  return { state, header, next, nextCommit };
}

function missing(store: ChainStore, height: bigint): SnapshotError {
  const last = store.state()?.lastHeight ?? 0n;
  const lowest = store.base() ?? store.state()?.initialHeight ?? 0n;
  const kept = last > lowest ? `${lowest} to ${last - 1n} can have one` : "none can have one yet";
  return new SnapshotError(`height ${height} has no snapshot: its block and the next one must be kept; ${kept}`);
}

/** Bytes of a bundle: fields numbered for this record alone. */
export function encodeBundle({ state, header, next, nextCommit }: SnapshotBundle): Uint8Array {
  return new ProtobufWriter()
    .message(1, encodeEngineState(state))
    .message(2, encodeHeader(header))
    .message(3, encodeBlock(next))
    .message(4, encodeCommit(nextCommit))
    .finish();
}

/** Throws SnapshotError when the bytes are no bundle. */
export function decodeBundle(bytes: Uint8Array): SnapshotBundle {
  try {
    const parts = new Map<number, Uint8Array>();
    for (const field of readFields(bytes)) parts.set(field.number, field.bytes());
    const part = (number: number): Uint8Array => {
      const found = parts.get(number);
      if (found === undefined) throw new ProtobufError(`part ${number} is missing`);
      return found;
    };
    return {
      state: decodeEngineState(part(1)),
      header: decodeHeader(part(2)),
      next: decodeBlock(part(3)),
      nextCommit: decodeCommit(part(4)),
    };
  } catch (error) {
    if (error instanceof ProtobufError) {
      throw new SnapshotError(`the snapshot's chain record is damaged: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * Believes a bundle on the strength of the genesis file: a third of the voting power of its validators signed the block after
 * the snapshot, and every part follows from that block. Throws SnapshotError with the first thing that does not.
 */
export function verifyBundle(ports: VerifyPorts, genesis: Genesis, bundle: SnapshotBundle): void {
  const { state, header, next, nextCommit } = bundle;
  const { chainId, initialHeight } = genesis;
  if (next.header.chainId !== chainId || state.chainId !== chainId) {
    throw new SnapshotError(`the snapshot is of chain ${next.header.chainId}, the genesis file of ${chainId}`);
  }
  const problem = mismatch(ports.hash, bundle);
  const malformed = checkBlock(ports, next);
  if (malformed !== undefined) throw new SnapshotError(`the block after the snapshot: ${malformed}`);
  if (problem !== undefined) throw new SnapshotError(`the snapshot contradicts the block after it: ${problem}`);
  if (state.initialHeight !== initialHeight || header.height < initialHeight) {
    throw new SnapshotError(`the snapshot's chain begins at ${state.initialHeight}, the genesis at ${initialHeight}`);
  }
  const trusted = newValidatorSet(ports.hash, genesis.validators);
  if (!trusted.ok) throw new SnapshotError(`the genesis file's validators: ${trusted.error}`);
  const nextId = blockIdOf(ports.hash, next, encodeBlock(next));
  const checks = [
    verifyCommitLight(ports, chainId, state.lastValidators, state.lastBlockId, header.height, state.lastCommit),
    verifyCommitLight(ports, chainId, state.validators, nextId, next.header.height, nextCommit),
    verifyCommitTrusting(ports, chainId, trusted.value, nextCommit, defaultTrustLevel),
  ];
  for (const check of checks) {
    if (!check.ok)
      throw new SnapshotError(`the snapshot is not signed by the chain's validators: ${check.error.message}`);
  }
}

/** What of a bundle does not follow from the next block's header. */
function mismatch(hash: Hash, { state, header, next }: SnapshotBundle): string | undefined {
  const later = next.header;
  const pairs: readonly (readonly [string, Uint8Array, Uint8Array])[] = [
    ["its header", headerHash(hash, header), later.lastBlockId.hash],
    ["the commit", commitHash(hash, state.lastCommit), later.lastCommitHash],
    ["the validators", state.validators.hash(hash), later.validatorsHash],
    ["the next validators", state.nextValidators.hash(hash), later.nextValidatorsHash],
    ["the last validators", state.lastValidators.hash(hash), header.validatorsHash],
    ["the parameters", consensusParamsHash(hash, state.params), later.consensusHash],
    ["the app hash", state.appHash, later.appHash],
    ["the results", state.lastResultsHash, later.lastResultsHash],
  ];
  for (const [name, own, stated] of pairs) if (!equalBytes(own, stated)) return `${name} differs`;
  if (!equalBlockIds(state.lastBlockId, later.lastBlockId)) return "the last block differs";
  if (state.lastHeight !== header.height || later.height !== header.height + 1n) return "the heights differ";
  return state.lastBlockTime === header.time ? undefined : "the time differs";
}
