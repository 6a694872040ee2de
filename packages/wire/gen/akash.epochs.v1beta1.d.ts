export * from "./akash/epochs/v1beta1/events_pb.js";
export * from "./akash/epochs/v1beta1/genesis_pb.js";
export * from "./akash/epochs/v1beta1/query_pb.js";
