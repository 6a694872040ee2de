export * from "./cosmos/feegrant/v1beta1/feegrant_pb.js";
export * from "./cosmos/feegrant/v1beta1/genesis_pb.js";
export * from "./cosmos/feegrant/v1beta1/query_pb.js";
export * from "./cosmos/feegrant/v1beta1/tx_pb.js";
