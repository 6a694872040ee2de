export * from "./cosmos/staking/v1beta1/authz_pb.js";
export * from "./cosmos/staking/v1beta1/genesis_pb.js";
export * from "./cosmos/staking/v1beta1/query_pb.js";
export * from "./cosmos/staking/v1beta1/staking_pb.js";
export * from "./cosmos/staking/v1beta1/tx_pb.js";
