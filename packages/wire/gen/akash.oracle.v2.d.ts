export * from "./akash/oracle/v2/events_pb.js";
export * from "./akash/oracle/v2/genesis_pb.js";
export * from "./akash/oracle/v2/msgs_pb.js";
export * from "./akash/oracle/v2/params_pb.js";
export * from "./akash/oracle/v2/prices_pb.js";
export * from "./akash/oracle/v2/query_pb.js";
export * from "./akash/oracle/v2/service_pb.js";
