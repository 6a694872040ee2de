export * from "./ibc/core/types/v1/genesis_pb.js";
