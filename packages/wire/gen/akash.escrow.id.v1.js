export * from "./akash/escrow/id/v1/id_pb.js";
