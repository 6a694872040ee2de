export * from "./cosmos/gov/v1/genesis_pb.js";
export * from "./cosmos/gov/v1/gov_pb.js";
export * from "./cosmos/gov/v1/query_pb.js";
export * from "./cosmos/gov/v1/tx_pb.js";
