import { errorTable } from "../../errors.ts";

/** Codespace `escrow` (market-modules.md §20). */
export const escrowErrors = errorTable("escrow", {
  accountExists: [1, "account exists", "AlreadyExists"],
  accountClosed: [2, "account closed", "FailedPrecondition"],
  accountNotFound: [3, "account not found", "NotFound"],
  accountOverdrawn: [4, "account overdrawn", "FailedPrecondition"],
  invalidDenomination: [5, "invalid denomination", "InvalidArgument"],
  paymentExists: [6, "payment exists", "AlreadyExists"],
  paymentClosed: [7, "payment closed", "FailedPrecondition"],
  paymentNotFound: [8, "payment not found", "NotFound"],
  paymentRateZero: [9, "payment rate zero", "InvalidArgument"],
  invalidPayment: [10, "invalid payment", "InvalidArgument"],
  invalidSettlement: [11, "invalid settlement", "InvalidArgument"],
  invalidId: [12, "invalid ID", "InvalidArgument"],
  invalidAccount: [13, "invalid account", "InvalidArgument"],
  invalidAccountDepositor: [14, "invalid account depositor", "InvalidArgument"],
  unauthorizedDepositScope: [15, "unauthorized deposit scope", "PermissionDenied"],
  invalidDeposit: [16, "invalid deposit", "InvalidArgument"],
  invalidAuthzScope: [17, "invalid authz scope", "InvalidArgument"],
  malformedKey: [18, "malformed key", "InvalidArgument"],
});
