export * from "./akash/escrow/types/v1/account_pb.js";
export * from "./akash/escrow/types/v1/balance_pb.js";
export * from "./akash/escrow/types/v1/deposit_pb.js";
export * from "./akash/escrow/types/v1/payment_pb.js";
export * from "./akash/escrow/types/v1/state_pb.js";
