export * from "./akash/escrow/v1beta3/genesis_pb.js";
export * from "./akash/escrow/v1beta3/query_pb.js";
export * from "./akash/escrow/v1beta3/types_pb.js";
