import { err, ok, type Result } from "@stoa/std";

/** Prefix of account addresses (market-modules.md §2.1). */
export const accountPrefix = "akash";

// The reference's decoder bounds the text at 1023 characters and an address at 255 bytes.
const textMaxChars = 1023;
const addressMaxBytes = 255;
const checksumChars = 6;
const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (let bit = 0; bit < generator.length; bit++) if ((top >> bit) & 1) sum ^= generator[bit] as number;
  }
  return sum >>> 0;
}

function expandPrefix(prefix: string): number[] {
  const codes = [...prefix].map((char) => char.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function checksumOf(prefix: string, data: readonly number[]): string {
  const sum = polymod([...expandPrefix(prefix), ...data, 0, 0, 0, 0, 0, 0]) ^ 1;
  let text = "";
  for (let i = 0; i < checksumChars; i++) text += charset[(sum >>> (5 * (checksumChars - 1 - i))) & 31];
  return text;
}

function regroup(data: readonly number[]): Uint8Array | undefined {
  const out: number[] = [];
  let word = 0;
  let bits = 0;
  for (const value of data) {
    word = ((word << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out.push((word >> bits) & 0xff);
    }
  }
  return bits < 5 && (word & ((1 << bits) - 1)) === 0 ? Uint8Array.from(out) : undefined;
}

function decode(text: string): Result<{ prefix: string; data: number[] }, string> {
  if (text.length < 8 || text.length > textMaxChars) return err(`invalid bech32 string length ${text.length}`);
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 33 || code > 126) return err(`invalid character in string: '${char}'`);
  }
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return err("string not all lowercase or all uppercase");
  const separator = lower.lastIndexOf("1");
  if (separator < 1 || separator + checksumChars + 1 > lower.length) return err(`invalid separator index ${separator}`);
  const prefix = lower.slice(0, separator);
  const values: number[] = [];
  for (const char of lower.slice(separator + 1)) {
    const value = charset.indexOf(char);
    if (value < 0)
      return err(`failed converting data to bytes: invalid character not part of charset: ${char.charCodeAt(0)}`);
    values.push(value);
  }
  const data = values.slice(0, -checksumChars);
  const expected = checksumOf(prefix, data);
  const actual = lower.slice(-checksumChars);
  if (expected !== actual) return err(`invalid checksum (expected ${expected} got ${actual})`);
  return ok({ prefix, data });
}

/**
 * The bytes of an account's bech32 address, or the reference's error text. Upper-case text is accepted, as the
 * reference does; {@link canonicalAddress} gives the one spelling.
 */
export function decodeAccountAddress(text: string): Result<Uint8Array, string> {
  if (text.trim() === "") return err("empty address string is not allowed");
  const decoded = decode(text);
  if (!decoded.ok) return err(`decoding bech32 failed: ${decoded.error}`);
  const bytes = regroup(decoded.value.data);
  if (bytes === undefined) return err("decoding bech32 failed: invalid incomplete group");
  const { prefix } = decoded.value;
  if (prefix !== accountPrefix) return err(`invalid Bech32 prefix; expected ${accountPrefix}, got ${prefix}`);
  if (bytes.length === 0) return err("addresses cannot be empty: unknown address");
  if (bytes.length > addressMaxBytes) {
    return err(`address max length is ${addressMaxBytes}, got ${bytes.length}: unknown address`);
  }
  return ok(bytes);
}

/** The lower-case spelling of a valid account address, or the reference's error text. */
export function canonicalAddress(text: string): Result<string, string> {
  const decoded = decodeAccountAddress(text);
  return decoded.ok ? ok(text.toLowerCase()) : decoded;
}
