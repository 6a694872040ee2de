/**
 * What a store can refuse. `corrupt`: the backend holds something that this code never wrote; `names`: the stores asked
 * for are not those on disk; `version`: a version that is not the next one, or that is not kept; `format`: written by
 * another version of this code; `snapshot`: a snapshot from outside that cannot be; `locked`: another process uses the
 * backend; `disk-full` and `io`: it could not be read or written.
 */
export type StoreErrorCode = "corrupt" | "names" | "version" | "format" | "snapshot" | "locked" | "disk-full" | "io";

/** A failure of the store or of its backend; never the fault of a transaction. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
