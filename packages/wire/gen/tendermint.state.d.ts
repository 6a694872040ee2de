export * from "./tendermint/state/types_pb.js";
