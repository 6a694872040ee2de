export * from "./akash/base/deposit/v1/deposit_pb.js";
