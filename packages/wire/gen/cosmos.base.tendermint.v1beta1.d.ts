export * from "./cosmos/base/tendermint/v1beta1/query_pb.js";
export * from "./cosmos/base/tendermint/v1beta1/types_pb.js";
