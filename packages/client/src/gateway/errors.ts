/** What can go wrong between a tenant and a provider's gateway, and who can mend it. */

export type GatewayErrorCode =
  /** Nobody answers, or not in time, or the certificate is not the provider's. */
  | "unreachable"
  /** The answer is not what a gateway says. */
  | "bad-answer"
  /** The token or the certificate does not allow this. */
  | "unauthorized"
  | "not-found"
  /** The request is wrong: a manifest that does not match, a name that is taken. */
  | "refused"
  /** The provider cannot do it now. */
  | "unavailable";

export type GatewayFault = "user" | "peer" | "platform";

const faults: Readonly<Record<GatewayErrorCode, GatewayFault>> = {
  unreachable: "platform",
  "bad-answer": "peer",
  unauthorized: "user",
  "not-found": "user",
  refused: "user",
  unavailable: "peer",
};

/** The one error of this client. Trying again helps when the fault is `platform` or `peer`. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: GatewayErrorCode;
  readonly fault: GatewayFault;
  /** The HTTP status; 0 without an answer. */
  readonly status: number;

  constructor(code: GatewayErrorCode, message: string, details: { status?: number; cause?: unknown } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.fault = faults[code];
    this.status = details.status ?? 0;
  }
}

/** A reason that people read; a longer one is none. */
const maxMessageChars = 1_000;

/** The error of an answer that is not a success. Gateways say why as plain text or as `{"message"}`. */
export function errorOfAnswer(status: number, text: string): GatewayError {
  const code: GatewayErrorCode =
    status === 401 || status === 403
      ? "unauthorized"
      : status === 404
        ? "not-found"
        : status >= 500
          ? "unavailable"
          : "refused";
  return new GatewayError(code, messageOf(text) || `the provider answered ${status}`, { status });
}

function messageOf(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "message" in value)
      return String(value.message).slice(0, maxMessageChars);
  } catch {
    // Plain text is the usual form.
  }
  return text.trim().slice(0, maxMessageChars);
}
