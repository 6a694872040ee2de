export * from "./cosmos/consensus/v1/query_pb.js";
export * from "./cosmos/consensus/v1/tx_pb.js";
