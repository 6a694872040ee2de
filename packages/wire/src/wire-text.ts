import { fromUtf8, fromUtf8Lossy, utf8 } from "@stoa/std";

/*
 * The reference accepts any bytes in a string field and gives them back unchanged. A JavaScript string cannot hold
 * invalid UTF-8, so every byte of an invalid sequence becomes the lone surrogate U+DC00 + byte, which valid UTF-8
 * never decodes to, and turns back into that byte when it is encoded.
 */
const escapedByte = /(?<![\uD800-\uDBFF])[\uDC80-\uDCFF]/;

/** Longest text that is decoded byte by byte: below it the loop is cheaper than the host's decoder. */
const shortTextBytes = 12;

/** Text of a string field's bytes. Never fails; {@link wireTextBytes} gives the same bytes back. */
export function wireText(bytes: Uint8Array): string {
  if (bytes.length <= shortTextBytes) {
    let text = "";
    let i = 0;
    for (; i < bytes.length && (bytes[i] as number) < 0x80; i++) text += String.fromCharCode(bytes[i] as number);
    if (i === bytes.length) return text;
  }
  return fromUtf8(bytes) ?? escapeInvalid(bytes);
}

/** Bytes of a string field's text. */
export function wireTextBytes(text: string): Uint8Array {
  if (!escapedByte.test(text)) return utf8(text);
  const parts: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - 0xdc00);
    else parts.push(...utf8(character));
  }
  return Uint8Array.from(parts);
}

/** The text with every escaped byte shown as U+FFFD, as the reference prints it in JSON. */
export function printableText(text: string): string {
  return escapedByte.test(text) ? fromUtf8Lossy(wireTextBytes(text)) : text;
}

function escapeInvalid(bytes: Uint8Array): string {
  let text = "";
  let i = 0;
  while (i < bytes.length) {
    const length = sequenceLength(bytes, i);
    if (length === 0) text += String.fromCharCode(0xdc00 + (bytes[i] as number));
    else text += fromUtf8(bytes.subarray(i, i + length)) ?? "";
    i += length === 0 ? 1 : length;
  }
  return text;
}

/** Bytes of the valid UTF-8 sequence that starts here, or 0 if there is none. */
function sequenceLength(bytes: Uint8Array, start: number): number {
  const first = bytes[start] as number;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (start + length > bytes.length) return 0;
  return fromUtf8(bytes.subarray(start, start + length)) === undefined ? 0 : length;
}
