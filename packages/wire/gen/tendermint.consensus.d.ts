export * from "./tendermint/consensus/types_pb.js";
export * from "./tendermint/consensus/wal_pb.js";
