export * from "./akash/cert/v1/cert_pb.js";
export * from "./akash/cert/v1/filters_pb.js";
export * from "./akash/cert/v1/genesis_pb.js";
export * from "./akash/cert/v1/msg_pb.js";
export * from "./akash/cert/v1/query_pb.js";
export * from "./akash/cert/v1/service_pb.js";
