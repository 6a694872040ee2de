/**
 * The ports: everything a pure package may ask of its host. Plain interfaces of synchronous
 * functions over values; `host` implements them natively, tests and browsers purely.
 */

/** Hash functions. All are pure: equal input, equal output, on every host (HOUSE.md, Hash and Verifier). */
export interface Hash {
  sha256(data: Uint8Array): Uint8Array;
  sha512(data: Uint8Array): Uint8Array;
  ripemd160(data: Uint8Array): Uint8Array;
  /**
   * SHA-256 of many slices of one buffer: slice i is `data[offsets[i], offsets[i + 1])`.
   * Returns the digests one after another, 32 bytes each.
   */
  sha256Batch(data: Uint8Array, offsets: Uint32Array): Uint8Array;
}

/**
 * Signature schemes. `secp256k1` and `secp256r1` take the 32-byte digest of the message and a 64-byte r‖s
 * signature; high-s is refused. `ed25519` takes the message itself and follows ZIP-215.
 */
export type SignatureScheme = "secp256k1" | "secp256r1" | "ed25519";

/** Verifies signatures. Never throws: malformed keys or signatures answer false. */
export interface Verifier {
  verify(scheme: SignatureScheme, publicKey: Uint8Array, digestOrMessage: Uint8Array, signature: Uint8Array): boolean;
}

/** Wall clock, in nanoseconds since the Unix epoch. */
export interface Clock {
  nowNs(): bigint;
}

/** Cryptographically secure randomness from the host. */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** A timer that can be cancelled. */
export interface Timer {
  cancel(): void;
}

/** Timers of the host; delays in milliseconds. */
export interface Timers {
  after(delayMs: number, run: () => void): Timer;
  every(intervalMs: number, run: () => void): Timer;
}

export type LogFields = Readonly<Record<string, string | number | bigint | boolean | null | undefined>>;

/** Structured log: a stable message and fields. The chain itself logs nothing. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines carry these fields too. */
  child(fields: LogFields): Log;
}

/** A log that says nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};
