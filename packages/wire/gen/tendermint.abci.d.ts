export * from "./tendermint/abci/types_pb.js";
