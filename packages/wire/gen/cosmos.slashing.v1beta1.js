export * from "./cosmos/slashing/v1beta1/genesis_pb.js";
export * from "./cosmos/slashing/v1beta1/query_pb.js";
export * from "./cosmos/slashing/v1beta1/slashing_pb.js";
export * from "./cosmos/slashing/v1beta1/tx_pb.js";
