export * from "./tendermint/version/types_pb.js";
