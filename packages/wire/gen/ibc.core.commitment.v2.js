export * from "./ibc/core/commitment/v2/commitment_pb.js";
