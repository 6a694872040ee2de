export * from "./cosmos/base/v1beta1/coin_pb.js";
