export * from "./akash/bme/v1/events_pb.js";
export * from "./akash/bme/v1/filters_pb.js";
export * from "./akash/bme/v1/genesis_pb.js";
export * from "./akash/bme/v1/msgs_pb.js";
export * from "./akash/bme/v1/params_pb.js";
export * from "./akash/bme/v1/query_pb.js";
export * from "./akash/bme/v1/service_pb.js";
export * from "./akash/bme/v1/types_pb.js";
