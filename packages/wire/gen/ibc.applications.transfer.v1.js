export * from "./ibc/applications/transfer/v1/authz_pb.js";
export * from "./ibc/applications/transfer/v1/denomtrace_pb.js";
export * from "./ibc/applications/transfer/v1/genesis_pb.js";
export * from "./ibc/applications/transfer/v1/packet_pb.js";
export * from "./ibc/applications/transfer/v1/query_pb.js";
export * from "./ibc/applications/transfer/v1/token_pb.js";
export * from "./ibc/applications/transfer/v1/transfer_pb.js";
export * from "./ibc/applications/transfer/v1/tx_pb.js";
