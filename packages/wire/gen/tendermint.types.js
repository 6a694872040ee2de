export * from "./tendermint/types/block_pb.js";
export * from "./tendermint/types/canonical_pb.js";
export * from "./tendermint/types/events_pb.js";
export * from "./tendermint/types/evidence_pb.js";
export * from "./tendermint/types/params_pb.js";
export * from "./tendermint/types/types_pb.js";
export * from "./tendermint/types/validator_pb.js";
