import { errorTable } from "../../errors.ts";

/** Codespace `cert` (market-modules.md §20). */
export const certErrors = errorTable("cert", {
  certificateNotFound: [1, "certificate not found", "NotFound"],
  invalidAddress: [2, "invalid address", "InvalidArgument"],
  certificateExists: [3, "certificate exists", "AlreadyExists"],
  certificateAlreadyRevoked: [4, "certificate already revoked", "FailedPrecondition"],
  invalidSerialNumber: [5, "invalid serial number", "InvalidArgument"],
  invalidCertificateValue: [6, "invalid certificate value", "InvalidArgument"],
  invalidPubkeyValue: [7, "invalid pubkey value", "InvalidArgument"],
  invalidState: [8, "invalid state", "InvalidArgument"],
  invalidKeySize: [9, "invalid key size", "InvalidArgument"],
});
