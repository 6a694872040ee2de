export * from "./akash/base/offchain/sign/v1/sign_pb.js";
