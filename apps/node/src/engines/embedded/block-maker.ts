import type { FinalizeBlockRequest, FinalizeBlockResponse } from "@stoa/chain";
import {
  type Block,
  type BlockId,
  blockIdFlag,
  blockIdOf,
  blockProtocol,
  type Commit,
  type CommitSignature,
  commitHash,
  commitSignBytes,
  consensusParamsHash,
  dataHash,
  emptyCommit,
  encodeBlock,
  evidenceListHash,
  maxBlockBytes,
  medianTime,
  resultsHash,
  type Time,
  updateConsensusParams,
  updateValidatorSet,
  zeroTime,
} from "@stoa/consensus";
import { emptyBytes, equalBytes, type Hash } from "@stoa/std";
import { toTimestamp, toTxResult, toValidatorUpdate, voteInfos } from "../../abci-values.ts";
import type { Signer } from "../../home/validator-key.ts";
import type { BlockResults } from "../engine.ts";
import type { EngineState } from "./engine-state.ts";

/** A block that this validator proposes, with its name. */
export interface ProposedBlock {
  readonly block: Block;
  readonly blockId: BlockId;
  readonly encoded: Uint8Array;
}

/** The engine cannot go on: its rules are broken, not its input. */
export class ConsensusError extends Error {
  override readonly name = "ConsensusError";
}

/** Application versions and other fields of the reference's largest header and commit (CometBFT types/block.go). */
const overheadBytes = { block: 11n, header: 626n, commit: 94n, signature: 111n };

const nanosecondsPerMillisecond = 1_000_000n;

/** Bytes that the transactions of the next block may take. */
export function maxDataBytes(state: EngineState): bigint {
  const { maxBytes } = state.params.block;
  const limit = maxBytes === -1n ? maxBlockBytes : maxBytes;
  const signatures = BigInt(state.lastValidators.validators.length) * overheadBytes.signature;
  return limit - overheadBytes.block - overheadBytes.header - overheadBytes.commit - signatures;
}

export function nextHeight(state: EngineState): bigint {
  return state.lastHeight === 0n ? state.initialHeight : state.lastHeight + 1n;
}

/** Builds the next block of these transactions (base-chain.md §2). */
export function proposeBlock(
  hash: Hash,
  state: EngineState,
  signer: Signer,
  txs: readonly Uint8Array[],
): ProposedBlock {
  const first = state.lastHeight === 0n;
  const lastCommit = first ? emptyCommit : state.lastCommit;
  const block: Block = {
    header: {
      version: { block: blockProtocol, app: state.params.version.app },
      chainId: state.chainId,
      height: nextHeight(state),
      time: first ? state.lastBlockTime : medianTime(lastCommit, state.lastValidators),
      lastBlockId: state.lastBlockId,
      lastCommitHash: commitHash(hash, lastCommit),
      dataHash: dataHash(hash, txs),
      validatorsHash: state.validators.hash(hash),
      nextValidatorsHash: state.nextValidators.hash(hash),
      consensusHash: consensusParamsHash(hash, state.params),
      appHash: state.appHash,
      lastResultsHash: state.lastResultsHash,
      evidenceHash: evidenceListHash(hash, []),
      proposerAddress: signer.address,
    },
    txs,
    evidence: [],
    lastCommit,
  };
  const encoded = encodeBlock(block);
  return { block, blockId: blockIdOf(hash, block, encoded), encoded };
}

/** This validator's precommit for a block, in the order of the set; the others are absent (base-chain.md §2.5). */
export function commitBlock(state: EngineState, signer: Signer, proposed: ProposedBlock, now: Time): Commit {
  const { block, blockId } = proposed;
  const { validators, totalPower } = state.validators;
  const own = validators.find((validator) => equalBytes(validator.address, signer.address));
  if (own === undefined || own.power * 3n <= totalPower * 2n) {
    const power = `${own?.power ?? 0n} of ${totalPower}`;
    throw new ConsensusError(
      `this validator holds ${power} of the voting power at height ${block.header.height}: it cannot commit alone`,
    );
  }
  const earliest = block.header.time + nanosecondsPerMillisecond;
  const time = now > earliest ? now : earliest;
  const unsigned = { height: block.header.height, round: 0, blockId, signatures: [] };
  const vote = { flag: blockIdFlag.commit, validatorAddress: signer.address, time, signature: emptyBytes };
  const signature = signer.sign(commitSignBytes(state.chainId, unsigned, vote));
  const absent = { flag: blockIdFlag.absent, validatorAddress: emptyBytes, time: zeroTime, signature: emptyBytes };
  const signatures: CommitSignature[] = validators.map((v) => (v === own ? { ...vote, signature } : absent));
  return { ...unsigned, signatures };
}

/** What the state machine is told about a decided block (base-chain.md §1.3). */
export function finalizeRequest(state: EngineState, { block, blockId }: ProposedBlock): FinalizeBlockRequest {
  const { header } = block;
  return {
    txs: block.txs,
    decidedLastCommit: { round: block.lastCommit.round, votes: voteInfos(block.lastCommit, state.lastValidators) },
    misbehavior: [],
    hash: blockId.hash,
    height: header.height,
    time: toTimestamp(header.time),
    nextValidatorsHash: header.nextValidatorsHash,
    proposerAddress: header.proposerAddress,
  };
}

/** The state after a block, and its results as they are stored. Throws ConsensusError when the answer breaks a rule. */
export function advance(
  hash: Hash,
  state: EngineState,
  proposed: ProposedBlock,
  commit: Commit,
  response: FinalizeBlockResponse,
): { readonly state: EngineState; readonly results: BlockResults } {
  const { header, txs } = proposed.block;
  if (response.txResults.length !== txs.length) {
    throw new ConsensusError(`${response.txResults.length} results for ${txs.length} transactions`);
  }
  const validatorUpdates = response.validatorUpdates.map(toValidatorUpdate);
  const allowed = state.params.validator.pubKeyTypes;
  for (const { publicKey, power } of validatorUpdates) {
    // A key of any type may leave, as in the reference.
    if (power !== 0n && !allowed.includes(publicKey.type))
      throw new ConsensusError(`validator key type ${publicKey.type} is not allowed`);
  }
  const changed = updateValidatorSet(hash, state.nextValidators, validatorUpdates);
  if (!changed.ok) throw new ConsensusError(`changing the validators: ${changed.error}`);
  const txResults = response.txResults.map(toTxResult);
  return {
    state: {
      ...state,
      lastHeight: header.height,
      lastBlockId: proposed.blockId,
      lastBlockTime: header.time,
      lastCommit: commit,
      lastValidators: state.validators,
      validators: state.nextValidators,
      nextValidators: changed.value.increment(),
      params: updateConsensusParams(state.params, response.consensusParamUpdates),
      lastResultsHash: resultsHash(hash, txResults),
      appHash: response.appHash,
    },
    results: {
      height: header.height,
      txResults,
      events: response.events,
      validatorUpdates,
      consensusParamUpdates: response.consensusParamUpdates,
      appHash: response.appHash,
    },
  };
}
