export * from "./cosmos/store/v1beta1/commit_info_pb.js";
export * from "./cosmos/store/v1beta1/listening_pb.js";
