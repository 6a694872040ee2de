export * from "./cosmos/crypto/secp256r1/keys_pb.js";
