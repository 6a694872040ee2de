export * from "./akash/escrow/v1/authz_pb.js";
export * from "./akash/escrow/v1/genesis_pb.js";
export * from "./akash/escrow/v1/msg_pb.js";
export * from "./akash/escrow/v1/query_pb.js";
export * from "./akash/escrow/v1/service_pb.js";
