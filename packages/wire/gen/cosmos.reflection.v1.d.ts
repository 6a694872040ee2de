export * from "./cosmos/reflection/v1/reflection_pb.js";
