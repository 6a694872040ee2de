export * from "./cosmos/base/query/v1beta1/pagination_pb.js";
