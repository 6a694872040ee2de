export * from "./cosmos/distribution/v1beta1/distribution_pb.js";
export * from "./cosmos/distribution/v1beta1/genesis_pb.js";
export * from "./cosmos/distribution/v1beta1/query_pb.js";
export * from "./cosmos/distribution/v1beta1/tx_pb.js";
