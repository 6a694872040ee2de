export * from "./cosmos/base/reflection/v2alpha1/reflection_pb.js";
