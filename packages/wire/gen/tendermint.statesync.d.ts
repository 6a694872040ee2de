export * from "./tendermint/statesync/types_pb.js";
