export * from "./cosmos/crypto/secp256k1/keys_pb.js";
