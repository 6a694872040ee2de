import { err, ok, type Result } from "@stoa/std";

/** Bech32 text beyond this is refused unread: 255 bytes of address need 408 digits, a prefix and a checksum. */
const maxBech32Text = 1023;
const checksumDigits = 6;
const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/** Value of each character of the alphabet by its code; 255 for the others. */
const values = new Uint8Array(128).fill(255);
for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;

/** The checksum's polynomial (BIP-173), over one more digit of five bits. */
function checksumStep(sum: number, digit: number): number {
  const top = sum >>> 25;
  let next = ((sum & 0x1ffffff) << 5) ^ digit;
  if ((top & 1) !== 0) next ^= 0x3b6a57b2;
  if ((top & 2) !== 0) next ^= 0x26508e6d;
  if ((top & 4) !== 0) next ^= 0x1ea119fa;
  if ((top & 8) !== 0) next ^= 0x3d4233dd;
  if ((top & 16) !== 0) next ^= 0x2a1462b3;
  return next;
}

/** The checksum of a prefix, before any digit. */
function prefixChecksum(prefix: string): number {
  let sum = 1;
  for (let i = 0; i < prefix.length; i++) sum = checksumStep(sum, prefix.charCodeAt(i) >>> 5);
  sum = checksumStep(sum, 0);
  for (let i = 0; i < prefix.length; i++) sum = checksumStep(sum, prefix.charCodeAt(i) & 31);
  return sum;
}

/** The six characters that end a text whose digits gave this checksum. */
function checksumText(sum: number): string {
  let rest = sum;
  for (let i = 0; i < checksumDigits; i++) rest = checksumStep(rest, 0);
  rest ^= 1;
  let text = "";
  for (let shift = 5 * (checksumDigits - 1); shift >= 0; shift -= 5) text += alphabet[(rest >>> shift) & 31];
  return text;
}

/** Prefix and bytes of a bech32 text. */
export interface Bech32 {
  readonly prefix: string;
  readonly bytes: Uint8Array;
}

/** Bech32 text of bytes under a lower-case prefix. */
export function toBech32(prefix: string, bytes: Uint8Array): string {
  let sum = prefixChecksum(prefix);
  let text = `${prefix}1`;
  let [buffer, bits] = [0, 0];
  const put = (digit: number): void => {
    sum = checksumStep(sum, digit);
    text += alphabet[digit];
  };
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) put((buffer >>> (bits - 5)) & 31);
    buffer &= 31;
  }
  if (bits > 0) put((buffer << (5 - bits)) & 31);
  return text + checksumText(sum);
}

function characterProblem(text: string): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    // The reference looks at bytes: of a longer sequence it names the first.
    if (code > 126) return `invalid character in string: '${String.fromCharCode(firstUtf8Byte(code))}'`;
    if (code < 33) return `invalid character in string: '${String.fromCharCode(code)}'`;
  }
  if (/[a-z]/.test(text) && /[A-Z]/.test(text)) return "string not all lowercase or all uppercase";
  return undefined;
}

function firstUtf8Byte(code: number): number {
  if (code < 0x80) return code;
  if (code < 0x800) return 0xc0 | (code >> 6);
  if (code < 0x10000) return 0xe0 | (code >> 12);
  return 0xf0 | (code >> 18);
}

/** Reads bech32 text (not bech32m) of either case. Errors read as the reference's decoder words them. */
export function decodeBech32(text: string): Result<Bech32, string> {
  if (text.length < 8 || text.length > maxBech32Text) return err(`invalid bech32 string length ${text.length}`);
  const problem = characterProblem(text);
  if (problem !== undefined) return err(problem);
  const lower = text.toLowerCase();
  const separator = lower.lastIndexOf("1");
  if (separator < 1 || separator + checksumDigits >= lower.length) {
    return err(`invalid separator index ${separator}`);
  }
  const prefix = lower.slice(0, separator);
  let sum = prefixChecksum(prefix);
  const dataEnd = lower.length - checksumDigits;
  const bytes = new Uint8Array(((dataEnd - separator - 1) * 5) >>> 3);
  let [buffer, bits, length] = [0, 0, 0];
  for (let i = separator + 1; i < lower.length; i++) {
    const digit = values[lower.charCodeAt(i)] ?? 255;
    if (digit === 255) return err(`invalid character not part of charset: ${lower.charCodeAt(i)}`);
    if (i >= dataEnd) continue;
    sum = checksumStep(sum, digit);
    buffer = ((buffer << 5) | digit) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[length++] = (buffer >>> bits) & 255;
  }
  const [expected, actual] = [checksumText(sum), lower.slice(dataEnd)];
  if (expected !== actual) return err(`invalid checksum (expected ${expected} got ${actual})`);
  // What is left over of the last digit must be less than a digit, and zero.
  if (bits >= 5 || (buffer & ((1 << bits) - 1)) !== 0) return err("invalid incomplete group");
  return ok({ prefix, bytes });
}

/** The bytes of bech32 text that must have this prefix. */
export function fromBech32(text: string, prefix: string): Result<Uint8Array, string> {
  const decoded = decodeBech32(text);
  if (!decoded.ok) return err(`decoding bech32 failed: ${decoded.error}`);
  if (decoded.value.prefix !== prefix) {
    return err(`invalid Bech32 prefix; expected ${prefix}, got ${decoded.value.prefix}`);
  }
  return ok(decoded.value.bytes);
}
