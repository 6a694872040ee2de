export * from "./ibc/core/connection/v1/connection_pb.js";
export * from "./ibc/core/connection/v1/genesis_pb.js";
export * from "./ibc/core/connection/v1/query_pb.js";
export * from "./ibc/core/connection/v1/tx_pb.js";
