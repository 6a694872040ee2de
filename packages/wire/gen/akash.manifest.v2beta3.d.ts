export * from "./akash/manifest/v2beta3/group_pb.js";
export * from "./akash/manifest/v2beta3/httpoptions_pb.js";
export * from "./akash/manifest/v2beta3/service_pb.js";
export * from "./akash/manifest/v2beta3/serviceexpose_pb.js";
