export * from "./akash/wasm/v1/event_pb.js";
export * from "./akash/wasm/v1/genesis_pb.js";
export * from "./akash/wasm/v1/params_pb.js";
export * from "./akash/wasm/v1/paramsmsg_pb.js";
export * from "./akash/wasm/v1/query_pb.js";
export * from "./akash/wasm/v1/service_pb.js";
