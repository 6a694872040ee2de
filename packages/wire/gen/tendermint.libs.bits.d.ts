export * from "./tendermint/libs/bits/types_pb.js";
