export { type Block, blockIdOf, checkBlock, dataHash, decodeBlock, encodeBlock, txProofs } from "./block.ts";
// biome-ignore format: a door is one screen
export {
  type BlockId, decodeBlockId, encodeBlockId, equalBlockIds, isNilBlockId, nilBlockId, type PartSetHeader,
} from "./block-id.ts";
// biome-ignore format: a door is one screen
export {
  blockIdFlag, type Commit, type CommitSignature, checkCommit, commitHash, commitSignBytes, decodeCommit, emptyCommit,
  encodeCommit,
} from "./commit.ts";
// biome-ignore format: a door is one screen
export {
  type ConsensusParams, type ConsensusParamsUpdate, checkConsensusParams, consensusParamsHash, decodeConsensusParams,
  defaultConsensusParams, encodeConsensusParams, maxBlockBytes, updateConsensusParams,
} from "./consensus-params.ts";
export { checkEvidence, type Evidence, evidenceHash, evidenceListHash, verifyDuplicateVote } from "./evidence.ts";
// biome-ignore format: a door is one screen
export {
  blockProtocol, checkHeader, decodeHeader, encodeHeader, type Header, headerHash, maxChainIdBytes,
} from "./header.ts";
export { iavlSpec, type ProofSpec, tendermintSpec, verifyMembership, verifyNonMembership } from "./ics23.ts";
// biome-ignore format: a door is one screen
export {
  type CommitmentProof, decodeCommitmentProof, type ExistenceProof, type NonExistenceProof,
} from "./ics23-proof.ts";
// biome-ignore format: a door is one screen
export {
  checkLightBlock, checkTrustLevel, decodeLightBlock, decodeSignedHeader, defaultTrustLevel, encodeLightBlock, encodeSignedHeader,
  type LightBlock, type LightPolicy, type LightProblem, type SignedHeader, verifyHeader,
} from "./light.ts";
export { medianTime } from "./median-time.ts";
export { encodeMerkleProof, type MerkleProof, merkleProofs, merkleRoot, verifyMerkleProof } from "./merkle.ts";
export { partSet, partSetHeader } from "./part-set.ts";
export { type ProofOp, verifyStoreProof } from "./proof-chain.ts";
export { lengthDelimited, ProtobufError, type ProtobufField, ProtobufWriter, readFields } from "./protobuf.ts";
export { addressOfKey, decodePublicKey, encodePublicKey, type PublicKey, verifyMessage } from "./public-key.ts";
export { formatTime, parseTime, type Time, zeroTime } from "./time.ts";
export type { EventAttribute, TxResult } from "./tx-result.ts";
export { type AbciEvent, decodeEvent, decodeTxResult, encodeEvent, encodeTxResult, resultsHash } from "./tx-result.ts";
export { newValidatorSet, updateValidatorSet, type ValidatorUpdate } from "./validator-changes.ts";
// biome-ignore format: a door is one screen
export {
  decodeValidatorSet, encodeValidatorSet, maxTotalPower, type Validator, ValidatorSet,
} from "./validator-set.ts";
// biome-ignore format: a door is one screen
export {
  type CommitProblem, type Fraction, type VerifyPorts, verifyCommit, verifyCommitLight, verifyCommitTrusting,
} from "./verify-commit.ts";
export { type Proposal, proposalSignBytes, type Vote, type VoteContent, voteSignBytes, voteType } from "./vote.ts";
