export * from "./akash/market/v1beta4/bid_pb.js";
export * from "./akash/market/v1beta4/genesis_pb.js";
export * from "./akash/market/v1beta4/lease_pb.js";
export * from "./akash/market/v1beta4/order_pb.js";
export * from "./akash/market/v1beta4/params_pb.js";
