export * from "./ethermint/crypto/v1/ethsecp256k1/keys_pb.js";
