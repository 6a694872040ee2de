export * from "./cosmos/query/v1/query_pb.js";
