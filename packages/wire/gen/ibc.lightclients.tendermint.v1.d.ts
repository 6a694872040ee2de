export * from "./ibc/lightclients/tendermint/v1/tendermint_pb.js";
