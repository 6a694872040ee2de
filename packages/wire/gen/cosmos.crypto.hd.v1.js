export * from "./cosmos/crypto/hd/v1/hd_pb.js";
