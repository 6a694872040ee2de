export * from "./cosmos/base/node/v1beta1/query_pb.js";
