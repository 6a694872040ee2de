export * from "./akash/provider/v1beta4/event_pb.js";
export * from "./akash/provider/v1beta4/genesis_pb.js";
export * from "./akash/provider/v1beta4/msg_pb.js";
export * from "./akash/provider/v1beta4/provider_pb.js";
export * from "./akash/provider/v1beta4/query_pb.js";
export * from "./akash/provider/v1beta4/service_pb.js";
