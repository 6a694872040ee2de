/** What can go wrong between a verifying client and the nodes that it does not trust. */
import type { LightBlock } from "@stoa/consensus";

export type LightErrorCode =
  /** What the user trusts, or how far, makes no sense. */
  | "bad-trust"
  /** The trusted header is older than the trusting period: it must be chosen anew, from a source that is believed. */
  | "expired"
  /** An answer is not of the form that nodes speak. */
  | "malformed"
  /** An answer that nothing proves: the node lies, or speaks for another chain. */
  | "unproven"
  /** The proof of this answer comes with the next block. */
  | "too-early"
  /** Two nodes prove two different blocks of one height: validators signed both, or a trusted header is false. */
  | "diverged"
  /** No witness confirms what the primary says. */
  | "no-witness";

export type LightFault = "user" | "peer" | "platform";

const faults: Readonly<Record<LightErrorCode, LightFault>> = {
  "bad-trust": "user",
  expired: "user",
  malformed: "peer",
  unproven: "peer",
  "too-early": "platform",
  diverged: "peer",
  "no-witness": "platform",
};

/** Two proven blocks of one height, and the trusted one from which both follow: enough to convict those who signed both. */
export interface Divergence {
  readonly trusted: LightBlock;
  readonly primary: LightBlock;
  readonly witness: LightBlock;
  readonly witnessUrl: string;
}

/** The one error of verification. What could not be asked at all is a `ChainError`. */
export class LightError extends Error {
  override readonly name = "LightError";
  readonly code: LightErrorCode;
  readonly fault: LightFault;
  /** Of `diverged` alone. */
  readonly divergence: Divergence | undefined;

  constructor(code: LightErrorCode, message: string, divergence?: Divergence) {
    super(message);
    this.code = code;
    this.fault = faults[code];
    this.divergence = divergence;
  }
}
