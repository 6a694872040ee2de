export * from "./cosmos/ics23/v1/proofs_pb.js";
