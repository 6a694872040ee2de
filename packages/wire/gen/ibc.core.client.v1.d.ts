export * from "./ibc/core/client/v1/client_pb.js";
export * from "./ibc/core/client/v1/deprecated_pb.js";
export * from "./ibc/core/client/v1/genesis_pb.js";
export * from "./ibc/core/client/v1/query_pb.js";
export * from "./ibc/core/client/v1/tx_pb.js";
