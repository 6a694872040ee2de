export * from "./ibc/core/commitment/v1/commitment_pb.js";
