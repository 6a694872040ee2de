export * from "./akash/provider/lease/v1/service_pb.js";
