export * from "./akash/audit/v1beta3/audit_pb.js";
export * from "./akash/audit/v1beta3/genesis_pb.js";
