export * from "./cosmos/upgrade/v1beta1/query_pb.js";
export * from "./cosmos/upgrade/v1beta1/tx_pb.js";
export * from "./cosmos/upgrade/v1beta1/upgrade_pb.js";
