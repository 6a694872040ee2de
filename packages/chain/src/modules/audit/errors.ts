import { errorTable } from "../../errors.ts";

/** Codespace `audit` (market-modules.md §20). */
export const auditErrors = errorTable("audit", {
  providerNotFound: [1, "invalid provider: address not found", "NotFound"],
  invalidAddress: [2, "invalid address", "InvalidArgument"],
  attributeNotFound: [3, "attribute not found", "NotFound"],
});
