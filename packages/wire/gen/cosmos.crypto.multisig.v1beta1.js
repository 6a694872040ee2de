export * from "./cosmos/crypto/multisig/v1beta1/multisig_pb.js";
