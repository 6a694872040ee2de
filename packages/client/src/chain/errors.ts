/** What can go wrong between a client and a chain, and who can mend it. */

export type ChainErrorCode =
  /** Nobody answers at the endpoint, or not in time. */
  | "unreachable"
  /** The endpoint answers, but not as a node does. */
  | "bad-answer"
  /** The node refused the call itself (JSON-RPC error). */
  | "rpc"
  /** A query was answered with an error of the application. */
  | "query"
  /** The transaction was refused: before a block (check) or in one (deliver). */
  | "refused"
  /** The transaction was accepted and did not appear in a block in time. */
  | "not-included"
  /** The account has never received anything. */
  | "no-account";

export type ChainFault = "user" | "peer" | "platform";

const faults: Readonly<Record<ChainErrorCode, ChainFault>> = {
  unreachable: "platform",
  "bad-answer": "peer",
  rpc: "peer",
  query: "user",
  refused: "user",
  "not-included": "platform",
  "no-account": "user",
};

export interface ChainErrorDetails {
  /** The application's codespace and code, where it gave them. */
  readonly codespace?: string;
  readonly abciCode?: number;
  readonly cause?: unknown;
}

/** The one error of this client. Trying again helps when the fault is `platform` or `peer`. */
export class ChainError extends Error {
  override readonly name = "ChainError";
  readonly code: ChainErrorCode;
  readonly fault: ChainFault;
  readonly codespace: string;
  readonly abciCode: number;

  constructor(code: ChainErrorCode, message: string, details: ChainErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.fault = faults[code];
    this.codespace = details.codespace ?? "";
    this.abciCode = details.abciCode ?? 0;
  }

  /** True for the application's answer `codespace`/`code`. */
  is(codespace: string, abciCode: number): boolean {
    return this.codespace === codespace && this.abciCode === abciCode;
  }
}

/** What stands around every failure that has no code of its own, and says nothing of what was asked for. */
const unclassified = /code = Unknown\b|: unknown request\b/g;

/** Whether the query said that there is no such thing: the reference answers so in several forms. */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof ChainError) || error.code !== "query") return false;
  if (error.is("sdk", 22) || error.is("sdk", 38)) return true;
  return /not found|unknown/i.test(error.message.replace(unclassified, ""));
}
