/** What the host can refuse, and a program can react to. */
export type HostErrorCode =
  | "address-in-use"
  | "address-not-allowed"
  | "body-too-large"
  | "body-incomplete"
  | "disk-full"
  | "io"
  | "locked";

/** Who can do something about it; retry policies read this. */
export type Fault = "user" | "peer" | "platform" | "bug";

/** A failure of the machine or of how the program was started. */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly code: HostErrorCode;
  readonly fault: Fault;

  constructor(code: HostErrorCode, fault: Fault, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.fault = fault;
  }
}

/** The system's error code (`ENOENT`, `EADDRINUSE`) of something thrown, if it carries one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The message of something thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
