export * from "./tendermint/mempool/types_pb.js";
