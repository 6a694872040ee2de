export * from "./cosmos/crypto/keyring/v1/record_pb.js";
