export * from "./cosmos/evidence/v1beta1/evidence_pb.js";
export * from "./cosmos/evidence/v1beta1/genesis_pb.js";
export * from "./cosmos/evidence/v1beta1/query_pb.js";
export * from "./cosmos/evidence/v1beta1/tx_pb.js";
