export * from "./ibc/core/channel/v1/channel_pb.js";
export * from "./ibc/core/channel/v1/genesis_pb.js";
export * from "./ibc/core/channel/v1/query_pb.js";
export * from "./ibc/core/channel/v1/tx_pb.js";
export * from "./ibc/core/channel/v1/upgrade_pb.js";
