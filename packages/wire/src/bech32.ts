import { bech32 } from "@scure/base";
import { err, ok, type Result } from "@stoa/std";

/** Bech32 text beyond this is refused unread: 255 bytes of address need 408 digits, a prefix and a checksum. */
const maxBech32Text = 1023;
const checksumDigits = 6;
const charset = /^[qpzry9x8gf2tvdw0s3jn54khce6mua7l]*$/;

/** Prefix and bytes of a bech32 text. */
export interface Bech32 {
  readonly prefix: string;
  readonly bytes: Uint8Array;
}

/** Bech32 text of bytes under a lower-case prefix. */
export function toBech32(prefix: string, bytes: Uint8Array): string {
  return bech32.encode(prefix, bech32.toWords(bytes), false);
}

function characterProblem(text: string): string | undefined {
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    // The reference looks at bytes: of a longer sequence it names the first.
    if (code > 126) return `invalid character in string: '${String.fromCharCode(firstUtf8Byte(code))}'`;
    if (code < 33) return `invalid character in string: '${character}'`;
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
  const digits = lower.slice(separator + 1);
  if (!charset.test(digits)) {
    const bad = [...digits].find((digit) => !charset.test(digit)) as string;
    return err(`invalid character not part of charset: ${bad.charCodeAt(0)}`);
  }
  const data = digits.slice(0, -checksumDigits);
  const words = [...data].map((digit) => "qpzry9x8gf2tvdw0s3jn54khce6mua7l".indexOf(digit));
  const expected = bech32.encode(prefix, words, false).slice(-checksumDigits);
  const actual = digits.slice(-checksumDigits);
  if (expected !== actual) return err(`invalid checksum (expected ${expected} got ${actual})`);
  try {
    return ok({ prefix, bytes: bech32.fromWords(words) });
  } catch {
    return err("invalid incomplete group");
  }
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
