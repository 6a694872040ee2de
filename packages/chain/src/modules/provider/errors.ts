import { errorTable } from "../../errors.ts";

/** Codespace `provider` (market-modules.md §20). */
export const providerErrors = errorTable("provider", {
  invalidProviderUri: [1, "invalid provider: invalid host uri", "InvalidArgument"],
  notAbsProviderUri: [2, "invalid provider: not absolute host uri", "InvalidArgument"],
  providerNotFound: [3, "invalid provider: address not found", "NotFound"],
  providerExists: [4, "invalid provider: already exists", "AlreadyExists"],
  invalidAddress: [5, "invalid address", "InvalidArgument"],
  attributes: [6, "attribute specification error", "InvalidArgument"],
  incompatibleAttributes: [7, "attributes cannot be changed", "FailedPrecondition"],
  invalidInfoWebsite: [8, "invalid provider: invalid info website", "InvalidArgument"],
  internal: [9, "internal error", "Internal"],
  notImplemented: [10, "internal error"],
});
