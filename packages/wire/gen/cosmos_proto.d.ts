export * from "./cosmos_proto/cosmos_pb.js";
