export * from "./akash/base/attributes/v1/attribute_pb.js";
