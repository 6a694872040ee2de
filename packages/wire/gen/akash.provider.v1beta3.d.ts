export * from "./akash/provider/v1beta3/genesis_pb.js";
export * from "./akash/provider/v1beta3/provider_pb.js";
