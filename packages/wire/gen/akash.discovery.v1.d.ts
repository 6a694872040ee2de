export * from "./akash/discovery/v1/akash_pb.js";
export * from "./akash/discovery/v1/client_info_pb.js";
export * from "./akash/discovery/v1/service_pb.js";
