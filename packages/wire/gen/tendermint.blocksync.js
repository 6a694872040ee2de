export * from "./tendermint/blocksync/types_pb.js";
