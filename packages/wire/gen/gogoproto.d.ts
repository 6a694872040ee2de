export * from "./gogoproto/gogo_pb.js";
