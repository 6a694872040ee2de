export * from "./cosmos/tx/signing/v1beta1/signing_pb.js";
