export * from "./cosmos/crypto/ed25519/keys_pb.js";
