export * from "./akash/base/resources/v1beta4/cpu_pb.js";
export * from "./akash/base/resources/v1beta4/endpoint_pb.js";
export * from "./akash/base/resources/v1beta4/gpu_pb.js";
export * from "./akash/base/resources/v1beta4/memory_pb.js";
export * from "./akash/base/resources/v1beta4/resources_pb.js";
export * from "./akash/base/resources/v1beta4/resourcevalue_pb.js";
export * from "./akash/base/resources/v1beta4/storage_pb.js";
