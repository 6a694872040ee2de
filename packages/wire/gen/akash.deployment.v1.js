export * from "./akash/deployment/v1/deployment_pb.js";
export * from "./akash/deployment/v1/event_pb.js";
export * from "./akash/deployment/v1/group_pb.js";
