import {
  type BlockId,
  type Commit,
  type ConsensusParams,
  decodeBlockId,
  decodeCommit,
  decodeConsensusParams,
  decodeValidatorSet,
  defaultConsensusParams,
  emptyCommit,
  encodeBlockId,
  encodeCommit,
  encodeConsensusParams,
  encodeValidatorSet,
  nilBlockId,
  ProtobufWriter,
  readFields,
  type Time,
  ValidatorSet,
} from "@stoa/consensus";
import { emptyBytes } from "@stoa/std";

/** What an engine must know to make the next block. Written with every block, in its batch. */
export interface EngineState {
  readonly chainId: string;
  readonly initialHeight: bigint;
  /** 0 before the first block. */
  readonly lastHeight: bigint;
  readonly lastBlockId: BlockId;
  readonly lastBlockTime: Time;
  /** The precommits for the last block. */
  readonly lastCommit: Commit;
  readonly lastValidators: ValidatorSet;
  /** Signs the next block. */
  readonly validators: ValidatorSet;
  /** Signs the one after: updates of a block act two heights later (base-chain.md §1.4). */
  readonly nextValidators: ValidatorSet;
  readonly params: ConsensusParams;
  readonly lastResultsHash: Uint8Array;
  readonly appHash: Uint8Array;
}

/** Bytes of the state: fields numbered for this record alone. */
export function encodeEngineState(state: EngineState): Uint8Array {
  return new ProtobufWriter()
    .string(1, state.chainId)
    .varint(2, state.initialHeight)
    .varint(3, state.lastHeight)
    .message(4, encodeBlockId(state.lastBlockId))
    .varint(5, state.lastBlockTime)
    .message(6, encodeCommit(state.lastCommit))
    .message(7, encodeValidatorSet(state.lastValidators))
    .message(8, encodeValidatorSet(state.validators))
    .message(9, encodeValidatorSet(state.nextValidators))
    .message(10, encodeConsensusParams(state.params))
    .bytes(11, state.lastResultsHash)
    .bytes(12, state.appHash)
    .finish();
}

/** Throws ProtobufError when the record is damaged. */
export function decodeEngineState(bytes: Uint8Array): EngineState {
  const none = new ValidatorSet([]);
  const state = {
    chainId: "",
    initialHeight: 0n,
    lastHeight: 0n,
    lastBlockId: nilBlockId,
    lastBlockTime: 0n,
    lastCommit: emptyCommit,
    lastValidators: none,
    validators: none,
    nextValidators: none,
    params: defaultConsensusParams,
    lastResultsHash: emptyBytes,
    appHash: emptyBytes,
  };
  for (const field of readFields(bytes)) {
    if (field.number === 1) state.chainId = field.string();
    else if (field.number === 2) state.initialHeight = field.int64();
    else if (field.number === 3) state.lastHeight = field.int64();
    else if (field.number === 4) state.lastBlockId = decodeBlockId(field.bytes());
    else if (field.number === 5) state.lastBlockTime = field.int64();
    else if (field.number === 6) state.lastCommit = decodeCommit(field.bytes());
    else if (field.number === 7) state.lastValidators = decodeValidatorSet(field.bytes());
    else if (field.number === 8) state.validators = decodeValidatorSet(field.bytes());
    else if (field.number === 9) state.nextValidators = decodeValidatorSet(field.bytes());
    else if (field.number === 10) state.params = { ...state.params, ...decodeConsensusParams(field.bytes()) };
    else if (field.number === 11) state.lastResultsHash = field.bytes();
    else if (field.number === 12) state.appHash = field.bytes();
  }
  return state;
}
