/** The frames of a shell: a code byte and a payload (provider.md §6.6). */
import { concatBytes } from "@stoa/std";

export const shellCodes = {
  stdout: 100,
  stderr: 101,
  /** JSON of the result; the last frame. */
  result: 102,
  /** Empty; the last frame when nothing may be said. */
  failure: 103,
  stdin: 104,
  /** Columns and rows, 16 bits each, big-endian. */
  resize: 105,
} as const;

export function shellFrame(code: number, payload: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(code), payload);
}

/** What a client sent; `unknown` ends the reading. */
export type ClientFrame =
  | { readonly kind: "stdin"; readonly data: Uint8Array }
  | { readonly kind: "resize"; readonly columns: number; readonly rows: number }
  | { readonly kind: "unknown" };

export function readClientFrame(frame: Uint8Array): ClientFrame {
  const data = frame.subarray(1);
  if (frame[0] === shellCodes.stdin) return { kind: "stdin", data };
  if (frame[0] !== shellCodes.resize || data.length !== 4) return { kind: "unknown" };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return { kind: "resize", columns: view.getUint16(0), rows: view.getUint16(2) };
}
