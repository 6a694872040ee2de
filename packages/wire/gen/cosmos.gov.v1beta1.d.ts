export * from "./cosmos/gov/v1beta1/genesis_pb.js";
export * from "./cosmos/gov/v1beta1/gov_pb.js";
export * from "./cosmos/gov/v1beta1/query_pb.js";
export * from "./cosmos/gov/v1beta1/tx_pb.js";
