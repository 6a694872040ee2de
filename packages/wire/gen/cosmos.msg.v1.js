export * from "./cosmos/msg/v1/msg_pb.js";
