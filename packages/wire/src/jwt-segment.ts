import { err, fromBase64, ok, type Result } from "@stoa/std";

/**
 * Bytes of one part of a token: unpadded URL base64, bits beyond the last byte ignored, as the reference reads it.
 * The error is its text.
 */
export function decodeJwtSegment(segment: string): Result<Uint8Array, string> {
  const illegal = (at: number) => err(`illegal base64 data at input byte ${at}`);
  const wrong = segment.search(/[^A-Za-z0-9\-_]/);
  if (wrong >= 0) return illegal(wrong);
  const left = segment.length % 4;
  if (left === 1) return illegal(segment.length - 1);
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const spare = left === 2 ? 16 : left === 3 ? 4 : 1;
  const last = alphabet.indexOf(segment.at(-1) ?? "A");
  const clean = segment.slice(0, -1) + (alphabet[last - (last % spare)] ?? "");
  const text = (left === 0 ? segment : clean).replaceAll("-", "+").replaceAll("_", "/");
  return ok(fromBase64(text + "=".repeat((4 - left) % 4)) ?? new Uint8Array(0));
}
