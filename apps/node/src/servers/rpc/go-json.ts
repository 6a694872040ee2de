/*
 * JSON as the reference reads it: in pieces of source text, so that a value's kind is judged by who wants it, and with
 * its words for what is wrong, which clients print.
 */

/** Deeper values are refused: no request of any method nests a tenth as deep. */
const maxDepth = 1_000;

/** What is wrong with a JSON text, in the reference's words. */
export class GoJsonError extends Error {
  override readonly name = "GoJsonError";
}

/** Kinds of JSON values, as the reference's messages name them. */
export type GoJsonKind = "object" | "array" | "string" | "number" | "bool" | "null";

/** A value that has been checked: its source text without space around it. */
export type RawJson = string;

const endOfInput = "unexpected end of JSON input";

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** The reference looks at bytes: of a longer character only the first one is named, as a character of its own. */
function quoted(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  if (code === 0x27) return "'\\''";
  if (code === 0x22) return "'\"'";
  if (code === 0x5c) return "'\\\\'";
  const first = code < 0x80 ? code : code < 0x800 ? 0xc0 | (code >> 6) : code < 0x10000 ? 0xe0 | (code >> 12) : 0xf0;
  if (first === 0x0a) return "'\\n'";
  if (first === 0x0d) return "'\\r'";
  if (first === 0x09) return "'\\t'";
  if (first < 0x20 || first === 0x7f) return `'\\x${first.toString(16).padStart(2, "0")}'`;
  return `'${String.fromCharCode(first)}'`;
}

function unexpected(text: string, at: number, context: string): GoJsonError {
  return new GoJsonError(at >= text.length ? endOfInput : `invalid character ${quoted(text, at)} ${context}`);
}

function skipSpace(text: string, at: number): number {
  let end = at;
  while (end < text.length && isSpace(text.charCodeAt(end))) end++;
  return end;
}

/** Finds where the value that begins at `start` ends. Throws GoJsonError. */
function skipValue(text: string, start: number, depth: number): number {
  const first = text[start];
  if (first === "{" || first === "[") {
    if (depth >= maxDepth) throw new GoJsonError("exceeded max depth");
    return first === "{" ? skipObject(text, start, depth) : skipArray(text, start, depth);
  }
  if (first === '"') return skipString(text, start);
  if (first === "t") return skipWord(text, start, "true");
  if (first === "f") return skipWord(text, start, "false");
  if (first === "n") return skipWord(text, start, "null");
  if (first === "-" || (first !== undefined && isDigit(first.charCodeAt(0)))) return skipNumber(text, start);
  throw unexpected(text, start, "looking for beginning of value");
}

function skipWord(text: string, start: number, word: string): number {
  for (let i = 1; i < word.length; i++) {
    if (text[start + i] === word[i]) continue;
    throw unexpected(text, start + i, `in literal ${word} (expecting '${word[i]}')`);
  }
  return start + word.length;
}

/** Printable ASCII that means itself in a string: what most strings are made of. */
const plain = /[ !#-[\]-~]*/y;

function skipString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    plain.lastIndex = at;
    plain.test(text);
    at = plain.lastIndex;
    if (at >= text.length) break;
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) throw unexpected(text, at, "in string literal");
    if (code !== 0x5c) continue;
    at++;
    if (text[at] === "u") {
      for (let digit = 1; digit <= 4; digit++) {
        if (isHex(text.charCodeAt(at + digit))) continue;
        throw unexpected(text, at + digit, "in \\u hexadecimal character escape");
      }
      at += 4;
    } else if (at < text.length && !'"\\/bfnrt'.includes(text[at] ?? "")) {
      throw unexpected(text, at, "in string escape code");
    }
  }
  throw new GoJsonError(endOfInput);
}

function skipNumber(text: string, start: number): number {
  let at = start;
  const digits = (context: string): void => {
    if (!isDigit(text.charCodeAt(at))) throw unexpected(text, at, context);
    while (isDigit(text.charCodeAt(at))) at++;
  };
  if (text[at] === "-") at++;
  if (text[at] === "0") at++;
  else digits("in numeric literal");
  if (text[at] === ".") {
    at++;
    digits("after decimal point in numeric literal");
  }
  if (text[at] === "e" || text[at] === "E") {
    at++;
    if (text[at] === "+" || text[at] === "-") at++;
    digits("in exponent of numeric literal");
  }
  return at;
}

function skipArray(text: string, start: number, depth: number, each?: (from: number, to: number) => void): number {
  let at = skipSpace(text, start + 1);
  if (text[at] === "]") return at + 1;
  for (;;) {
    const end = skipValue(text, at, depth + 1);
    each?.(at, end);
    at = skipSpace(text, end);
    if (text[at] === "]") return at + 1;
    if (text[at] !== ",") throw unexpected(text, at, "after array element");
    at = skipSpace(text, at + 1);
  }
}

type EachMember = (key: string, from: number, to: number) => void;

function skipObject(text: string, start: number, depth: number, each?: EachMember): number {
  let at = skipSpace(text, start + 1);
  if (text[at] === "}") return at + 1;
  for (;;) {
    if (text[at] !== '"') throw unexpected(text, at, "looking for beginning of object key string");
    const keyEnd = skipString(text, at);
    const key = each === undefined ? "" : stringOf(text.slice(at, keyEnd));
    at = skipSpace(text, keyEnd);
    if (text[at] !== ":") throw unexpected(text, at, "after object key");
    const valueStart = skipSpace(text, at + 1);
    const end = skipValue(text, valueStart, depth + 1);
    each?.(key, valueStart, end);
    at = skipSpace(text, end);
    if (text[at] === "}") return at + 1;
    if (text[at] !== ",") throw unexpected(text, at, "after object key:value pair");
    at = skipSpace(text, at + 1);
  }
}

/** The one value that a text holds. Throws GoJsonError. */
export function readRawJson(text: string): RawJson {
  const start = skipSpace(text, 0);
  const end = skipValue(text, start, 0);
  const rest = skipSpace(text, end);
  if (rest < text.length) throw unexpected(text, rest, "after top-level value");
  return text.slice(start, end);
}

/** The first value of a text; what follows is not looked at, as the reference's websocket does it. */
export function readFirstRawJson(text: string): RawJson {
  const start = skipSpace(text, 0);
  if (start >= text.length) throw new GoJsonError("EOF");
  try {
    return text.slice(start, skipValue(text, start, 0));
  } catch (error) {
    if (error instanceof GoJsonError && error.message === endOfInput) throw new GoJsonError("unexpected EOF");
    throw error;
  }
}

export function kindOf(raw: RawJson): GoJsonKind {
  const first = raw[0];
  if (first === "{") return "object";
  if (first === "[") return "array";
  if (first === '"') return "string";
  if (first === "t" || first === "f") return "bool";
  return first === "n" ? "null" : "number";
}

/** Members of an object, the last of each name. */
export function membersOf(raw: RawJson): Map<string, RawJson> {
  const members = new Map<string, RawJson>();
  skipObject(raw, 0, 0, (key, from, to) => void members.set(key, raw.slice(from, to)));
  return members;
}

export function elementsOf(raw: RawJson): RawJson[] {
  const elements: RawJson[] = [];
  skipArray(raw, 0, 0, (from, to) => void elements.push(raw.slice(from, to)));
  return elements;
}

/** The characters of a string. */
export function stringOf(raw: RawJson): string {
  return raw.includes("\\") ? String(JSON.parse(raw)) : raw.slice(1, -1);
}

/** The reference's words for a value of the wrong kind. */
export function wrongKind(raw: RawJson, goType: string): GoJsonError {
  const kind = kindOf(raw);
  return new GoJsonError(`json: cannot unmarshal ${kind} into Go value of type ${goType}`);
}
