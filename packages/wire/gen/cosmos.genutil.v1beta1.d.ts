export * from "./cosmos/genutil/v1beta1/genesis_pb.js";
