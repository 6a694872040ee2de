export * from "./akash/base/v1beta3/attribute_pb.js";
export * from "./akash/base/v1beta3/cpu_pb.js";
export * from "./akash/base/v1beta3/endpoint_pb.js";
export * from "./akash/base/v1beta3/gpu_pb.js";
export * from "./akash/base/v1beta3/memory_pb.js";
export * from "./akash/base/v1beta3/resources_pb.js";
export * from "./akash/base/v1beta3/resourcevalue_pb.js";
export * from "./akash/base/v1beta3/storage_pb.js";
