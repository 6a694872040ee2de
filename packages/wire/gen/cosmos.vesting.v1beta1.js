export * from "./cosmos/vesting/v1beta1/tx_pb.js";
export * from "./cosmos/vesting/v1beta1/vesting_pb.js";
