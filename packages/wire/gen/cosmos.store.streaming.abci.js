export * from "./cosmos/store/streaming/abci/grpc_pb.js";
