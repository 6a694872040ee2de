export * from "./tendermint/rpc/grpc/types_pb.js";
