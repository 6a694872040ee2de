export * from "./tendermint/privval/types_pb.js";
