export * from "./cosmos/params/v1beta1/params_pb.js";
export * from "./cosmos/params/v1beta1/query_pb.js";
