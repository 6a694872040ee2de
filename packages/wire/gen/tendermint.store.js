export * from "./tendermint/store/types_pb.js";
