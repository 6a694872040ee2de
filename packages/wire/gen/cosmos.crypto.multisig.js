export * from "./cosmos/crypto/multisig/keys_pb.js";
