export * from "./cosmwasm/wasm/v1/authz_pb.js";
export * from "./cosmwasm/wasm/v1/genesis_pb.js";
export * from "./cosmwasm/wasm/v1/ibc_pb.js";
export * from "./cosmwasm/wasm/v1/proposal_legacy_pb.js";
export * from "./cosmwasm/wasm/v1/query_pb.js";
export * from "./cosmwasm/wasm/v1/tx_pb.js";
export * from "./cosmwasm/wasm/v1/types_pb.js";
