export * from "./cosmos/store/internal/kv/v1beta1/kv_pb.js";
