export * from "./akash/provider/v1/service_pb.js";
export * from "./akash/provider/v1/status_pb.js";
export * from "./akash/provider/v1/validation_pb.js";
