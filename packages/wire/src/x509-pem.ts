/** PEM blocks (RFC 7468) with the tolerance of the reference's decoder: text before a block is skipped. */
import { fromBase64, toBase64, utf8 } from "@stoa/std";

/** A decoded block, and what of the input follows its last line. */
export interface PemBlock {
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly rest: Uint8Array;
}

/** Larger inputs are refused unread: a certificate is under 2 KiB, and a transaction never reaches this. */
const maxPemBytes = 1 << 20;

const begin = "-----BEGIN ";
const end = "-----END ";
const dashes = "-----";

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

/** Where the line that starts at `at` ends and the next begins, and the line without trailing white space. */
function readLine(text: string, at: number): { line: string; next: number } {
  const feed = text.indexOf("\n", at);
  const stop = feed < 0 ? text.length : feed;
  // Not by a pattern: one for the end of a text takes quadratic time on white space that is not there.
  let last = stop;
  while (last > at && " \t\r".includes(text[last - 1] ?? "")) last--;
  return { line: text.slice(at, last), next: feed < 0 ? text.length : feed + 1 };
}

/** Where the header lines ("Key: value") end that begin at a line. */
function skipHeaders(text: string, at: number): number {
  for (let body = at; ; ) {
    const { line, next } = readLine(text, body);
    if (!line.includes(":") || next === body) return body;
    body = next;
  }
}

/**
 * The first block of a PEM text, or undefined if there is none. Header lines are skipped. Every byte is looked at a few
 * times, however many beginnings and ends there are: what was found for one beginning serves the next.
 */
export function decodePem(input: Uint8Array): PemBlock | undefined {
  if (input.length > maxPemBytes) return undefined;
  const text = latin1(input);
  let at = 0;
  let body = 0;
  let closing = 0;
  for (;;) {
    const start =
      text.startsWith(begin, at) && (at === 0 || text[at - 1] === "\n") ? at : text.indexOf(`\n${begin}`, at) + 1;
    if (start === 0 && !text.startsWith(begin, at)) return undefined;
    const head = readLine(text, start + begin.length);
    at = head.next;
    if (!head.line.endsWith(dashes)) continue;
    const type = head.line.slice(0, -dashes.length);
    if (body < at) body = skipHeaders(text, at);
    if (closing < body) closing = text.indexOf(`\n${end}`, body - 1) + 1;
    if (closing === 0) return undefined;
    // A dash is no base64: another block begins before this one ends.
    if (text.indexOf("-", body) < closing) continue;
    const last = readLine(text, closing);
    if (last.line !== `${end}${type}${dashes}`) continue;
    const bytes = fromBase64(text.slice(body, closing).replace(/[ \t\r\n]/g, ""));
    if (bytes === undefined) continue;
    return { type, bytes, rest: input.subarray(last.next) };
  }
}

/** One block in lines of 64 characters. */
export function encodePem(type: string, bytes: Uint8Array): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? [];
  return `${begin}${type}${dashes}\n${lines.map((line) => `${line}\n`).join("")}${end}${type}${dashes}\n`;
}

/** UTF-8 bytes of `encodePem`, the form that messages carry. */
export function encodePemBytes(type: string, bytes: Uint8Array): Uint8Array {
  return utf8(encodePem(type, bytes));
}
