export * from "./ibc/core/client/v2/config_pb.js";
export * from "./ibc/core/client/v2/counterparty_pb.js";
export * from "./ibc/core/client/v2/genesis_pb.js";
export * from "./ibc/core/client/v2/query_pb.js";
export * from "./ibc/core/client/v2/tx_pb.js";
