export * from "./tendermint/p2p/conn_pb.js";
export * from "./tendermint/p2p/pex_pb.js";
export * from "./tendermint/p2p/types_pb.js";
