import { fromHex } from "@stoa/std";

/** Bytes of hex digits, or what is wrong with them in the reference's words. */
export function readGoHex(text: string): { readonly bytes: Uint8Array } | { readonly problem: string } {
  const bytes = fromHex(text);
  if (bytes !== undefined) return { bytes };
  const bad = [...text].find((char) => !/[0-9a-fA-F]/.test(char));
  if (bad === undefined) return { problem: "encoding/hex: odd length hex string" };
  const point = (bad.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return { problem: `encoding/hex: invalid byte: U+${point} '${bad}'` };
}
