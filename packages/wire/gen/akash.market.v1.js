export * from "./akash/market/v1/bid_pb.js";
export * from "./akash/market/v1/event_pb.js";
export * from "./akash/market/v1/filters_pb.js";
export * from "./akash/market/v1/lease_pb.js";
export * from "./akash/market/v1/order_pb.js";
export * from "./akash/market/v1/reclamation_pb.js";
export * from "./akash/market/v1/types_pb.js";
