export * from "./cosmos/tx/v1beta1/service_pb.js";
export * from "./cosmos/tx/v1beta1/tx_pb.js";
