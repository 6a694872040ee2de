export * from "./cosmos/store/snapshots/v1/snapshot_pb.js";
