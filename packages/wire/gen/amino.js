export * from "./amino/amino_pb.js";
