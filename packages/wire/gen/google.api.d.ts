export * from "./google/api/annotations_pb.js";
export * from "./google/api/http_pb.js";
