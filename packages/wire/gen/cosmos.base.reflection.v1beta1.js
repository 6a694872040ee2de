export * from "./cosmos/base/reflection/v1beta1/reflection_pb.js";
