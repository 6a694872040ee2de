export * from "./cosmos/base/abci/v1beta1/abci_pb.js";
