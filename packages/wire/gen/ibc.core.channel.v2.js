export * from "./ibc/core/channel/v2/genesis_pb.js";
export * from "./ibc/core/channel/v2/packet_pb.js";
export * from "./ibc/core/channel/v2/query_pb.js";
export * from "./ibc/core/channel/v2/tx_pb.js";
