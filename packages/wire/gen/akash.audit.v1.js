export * from "./akash/audit/v1/audit_pb.js";
export * from "./akash/audit/v1/event_pb.js";
export * from "./akash/audit/v1/genesis_pb.js";
export * from "./akash/audit/v1/msg_pb.js";
export * from "./akash/audit/v1/query_pb.js";
export * from "./akash/audit/v1/service_pb.js";
