export * from "./cosmos/mint/v1beta1/genesis_pb.js";
export * from "./cosmos/mint/v1beta1/mint_pb.js";
export * from "./cosmos/mint/v1beta1/query_pb.js";
export * from "./cosmos/mint/v1beta1/tx_pb.js";
