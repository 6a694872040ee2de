export * from "./stoa/eip191/v1/genesis_pb.js";
