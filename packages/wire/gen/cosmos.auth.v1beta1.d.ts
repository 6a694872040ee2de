export * from "./cosmos/auth/v1beta1/auth_pb.js";
export * from "./cosmos/auth/v1beta1/genesis_pb.js";
export * from "./cosmos/auth/v1beta1/query_pb.js";
export * from "./cosmos/auth/v1beta1/tx_pb.js";
