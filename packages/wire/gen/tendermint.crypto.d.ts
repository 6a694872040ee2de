export * from "./tendermint/crypto/keys_pb.js";
export * from "./tendermint/crypto/proof_pb.js";
