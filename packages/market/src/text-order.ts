import { compareBytes, compareText, utf8 } from "@stoa/std";

/** Order of texts by their UTF-8 bytes, as Go compares strings. */
export function compareUtf8(a: string, b: string): number {
  // Code units and bytes disagree only when surrogates are involved.
  return /[\ud800-\udfff]/.test(a + b) ? compareBytes(utf8(a), utf8(b)) : compareText(a, b);
}
