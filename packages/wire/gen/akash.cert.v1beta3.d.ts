export * from "./akash/cert/v1beta3/cert_pb.js";
export * from "./akash/cert/v1beta3/genesis_pb.js";
export * from "./akash/cert/v1beta3/query_pb.js";
