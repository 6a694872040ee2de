// The encoders exist on every host (Node, browsers, workers) but not in the ES library's types.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lossyDecoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

export const emptyBytes: Uint8Array = new Uint8Array(0);

/** Longest text that is encoded here: below it the loop is cheaper than the host's encoder. */
const shortText = 24;

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  if (text.length > shortText) return encoder.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return encoder.encode(text);
    bytes[i] = code;
  }
  return bytes;
}

/** Text of UTF-8 bytes, or undefined if they are not valid UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Text of bytes, invalid sequences replaced by U+FFFD. */
export function fromUtf8Lossy(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lexicographic order of bytes, as Go's bytes.Compare: negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Order of texts by UTF-16 code unit, the same on every host and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  if (bytes.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}

/** The first key after all keys with this prefix, or undefined if there is none (empty or all 0xff). */
export function prefixEnd(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const end = prefix.slice(0, length);
  end[length - 1] = (end[length - 1] as number) + 1;
  return end;
}

const hexDigits = "0123456789abcdef";
const hexValues = digitValues(hexDigits, hexDigits.toUpperCase());
const hexOfByte: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `${hexDigits[byte >> 4]}${hexDigits[byte & 15]}`,
);

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  // By index, which takes half the time: hashes are shown all the time.
  for (let i = 0; i < bytes.length; i++) text += hexOfByte[bytes[i] ?? 0];
  return text;
}

/** Upper-case hex, as CometBFT prints hashes. */
export function toHexUpper(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase();
}

/** Bytes of hex text of either case, or undefined if it is not hex. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined;
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) {
    const [high, low] = [hexValues[text.charCodeAt(2 * i)] ?? 255, hexValues[text.charCodeAt(2 * i + 1)] ?? 255];
    if (high === 255 || low === 255) return undefined;
    out[i] = (high << 4) | low;
  }
  return out;
}

/** The value of each digit by its code, 255 for what is none; `more` are other digits of the same values. */
function digitValues(digits: string, more = ""): Uint8Array {
  const values = new Uint8Array(128).fill(255);
  for (const list of [digits, more]) for (let i = 0; i < list.length; i++) values[list.charCodeAt(i)] = i;
  return values;
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const base64Values = digitValues(base64Digits);

/** Standard base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += base64Digits[word >> 18];
    text += base64Digits[(word >> 12) & 63];
    text += left > 1 ? base64Digits[(word >> 6) & 63] : "=";
    text += left > 2 ? base64Digits[word & 63] : "=";
  }
  return text;
}

/** Base64 for URLs without padding (RFC 4648 §5), as JWT uses it. */
export function toBase64Url(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Bytes of standard base64 with padding, or undefined. Bits beyond the last byte must be zero. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const digits = text.length - padding;
  const out = new Uint8Array((text.length / 4) * 3 - padding);
  const whole = digits - (digits % 4);
  const valueAt = (at: number): number => base64Values[text.charCodeAt(at)] ?? 255;
  let at = 0;
  for (let i = 0; i < whole; i += 4) {
    const [a, b, c, d] = [valueAt(i), valueAt(i + 1), valueAt(i + 2), valueAt(i + 3)];
    if ((a | b | c | d) === 255) return undefined;
    out[at++] = (a << 2) | (b >> 4);
    out[at++] = ((b & 15) << 4) | (c >> 2);
    out[at++] = ((c & 3) << 6) | d;
  }
  if (padding === 0) return out;
  const [a, b, c] = [valueAt(whole), valueAt(whole + 1), padding === 1 ? valueAt(whole + 2) : 0];
  if ((a | b | c) === 255 || (padding === 1 ? c & 3 : b & 15) !== 0) return undefined;
  out[at++] = (a << 2) | (b >> 4);
  if (padding === 1) out[at] = ((b & 15) << 4) | (c >> 2);
  return out;
}

/** Bytes of unpadded URL base64, or undefined. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (/[+/=]/.test(text)) return undefined;
  const standard = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard + "=".repeat((4 - (standard.length % 4)) % 4));
}

/** 8 bytes, big-endian, of an unsigned 64-bit integer. */
export function uint64Be(value: bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, value);
  return out;
}

/** 4 bytes, big-endian, of an unsigned 32-bit integer. */
export function uint32Be(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

export function readUint64Be(bytes: Uint8Array, offset = 0): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(offset);
}
