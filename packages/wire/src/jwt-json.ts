/**
 * JSON as the reference's decoder reads it: numbers keep their digits, objects keep their entries in order and
 * twice where they stand twice, and refusals carry that decoder's texts. Tokens and manifests need all three.
 */
import { err, fromUtf8Lossy, ok, type Result } from "@stoa/std";

export type JsonNode =
  | { readonly kind: "null" }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "object"; readonly entries: readonly (readonly [string, JsonNode])[] };

/** The reference's decoder allows 10000; nothing that we read nests more than ten deep. */
const maxDepth = 64;

/** `document` is one value and nothing else; `stream` is the first value of what may go on. */
export type JsonMode = "document" | "stream";

class Refused extends Error {}

/** Where a run of plain characters in a string ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what JSON forbids there
const stringStop = /["\\\u0000-\u001f]/g;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return "'\"'";
  const code = char.codePointAt(0) ?? 0;
  if (char === "\n") return "'\\n'";
  if (char === "\r") return "'\\r'";
  if (char === "\t") return "'\\t'";
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, "0")}'`;
  return `'${char}'`;
}

class Scanner {
  readonly #text: string;
  readonly #mode: JsonMode;
  #at = 0;

  constructor(text: string, mode: JsonMode) {
    this.#text = text;
    this.#mode = mode;
  }

  #space(): void {
    while (" \t\r\n".includes(this.#text[this.#at] ?? "x")) this.#at++;
  }

  /** The next character, or a refusal that says what it should have been. */
  #expect(context: string): string {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined)
      throw new Refused(this.#mode === "stream" ? "unexpected EOF" : "unexpected end of JSON input");
    const char = String.fromCodePoint(code);
    if (context !== "") throw new Refused(`invalid character ${quoteChar(char)} ${context}`);
    return char;
  }

  whole(): JsonNode {
    this.#space();
    if (this.#at === this.#text.length && this.#mode === "stream") throw new Refused("EOF");
    const value = this.#value(0, "looking for beginning of value");
    this.#space();
    if (this.#mode === "document" && this.#at < this.#text.length) this.#expect("after top-level value");
    return value;
  }

  #value(depth: number, context: string): JsonNode {
    if (depth > maxDepth) throw new Refused("exceeded max depth");
    this.#space();
    const char = this.#expect("");
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    if (char === '"') return { kind: "string", value: this.#string() };
    if (char === "t") return this.#literal("true", { kind: "bool", value: true });
    if (char === "f") return this.#literal("false", { kind: "bool", value: false });
    if (char === "n") return this.#literal("null", { kind: "null" });
    if (char === "-" || (char >= "0" && char <= "9")) return this.#number();
    this.#expect(context);
    throw new Refused(context);
  }

  #literal(word: string, node: JsonNode): JsonNode {
    for (let i = 0; i < word.length; i++) {
      if (this.#text[this.#at] !== word[i]) this.#expect(`in literal ${word} (expecting '${word[i]}')`);
      this.#at++;
    }
    return node;
  }

  #digits(context: string): void {
    if (!/[0-9]/.test(this.#text[this.#at] ?? "")) this.#expect(context);
    while (/[0-9]/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #number(): JsonNode {
    const start = this.#at;
    if (this.#text[this.#at] === "-") this.#at++;
    if (this.#text[this.#at] === "0") this.#at++;
    else this.#digits("in numeric literal");
    if (this.#text[this.#at] === ".") {
      this.#at++;
      this.#digits("after decimal point in numeric literal");
    }
    if (/[eE]/.test(this.#text[this.#at] ?? "")) {
      this.#at++;
      if (/[+-]/.test(this.#text[this.#at] ?? "")) this.#at++;
      this.#digits("in exponent of numeric literal");
    }
    return { kind: "number", text: this.#text.slice(start, this.#at) };
  }

  #string(): string {
    this.#at++;
    let out = "";
    for (;;) {
      stringStop.lastIndex = this.#at;
      const end = stringStop.exec(this.#text)?.index ?? this.#text.length;
      out += this.#text.slice(this.#at, end);
      this.#at = end;
      const char = this.#expect("");
      if (char === '"') {
        this.#at++;
        return out;
      }
      if (char !== "\\") this.#expect("in string literal");
      this.#at++;
      out += this.#escape();
    }
  }

  #escape(): string {
    const char = this.#expect("");
    const plain = escapes[char];
    if (plain !== undefined) {
      this.#at++;
      return plain;
    }
    if (char !== "u") this.#expect("in string escape code");
    this.#at++;
    let code = 0;
    for (let i = 0; i < 4; i++) {
      const digit = this.#expect("");
      if (!/[0-9a-fA-F]/.test(digit)) this.#expect("in \\u hexadecimal character escape");
      code = code * 16 + Number.parseInt(digit, 16);
      this.#at++;
    }
    return String.fromCharCode(code);
  }

  #array(depth: number): JsonNode {
    this.#at++;
    const items: JsonNode[] = [];
    this.#space();
    if (this.#expect("") === "]") {
      this.#at++;
      return { kind: "array", items };
    }
    for (;;) {
      items.push(this.#value(depth + 1, "looking for beginning of value"));
      this.#space();
      const char = this.#expect("");
      if (char !== "," && char !== "]") this.#expect("after array element");
      this.#at++;
      if (char === "]") return { kind: "array", items };
    }
  }

  #object(depth: number): JsonNode {
    this.#at++;
    const entries: (readonly [string, JsonNode])[] = [];
    this.#space();
    if (this.#expect("") === "}") {
      this.#at++;
      return { kind: "object", entries };
    }
    for (;;) {
      this.#space();
      if (this.#expect("") !== '"') this.#expect("looking for beginning of object key string");
      const key = this.#string();
      this.#space();
      if (this.#expect("") !== ":") this.#expect("after object key");
      this.#at++;
      entries.push([key, this.#value(depth + 1, "looking for beginning of value")]);
      this.#space();
      const char = this.#expect("");
      if (char !== "," && char !== "}") this.#expect("after object key:value pair");
      this.#at++;
      if (char === "}") return { kind: "object", entries };
    }
  }
}

/** Parses JSON text, or answers the reference decoder's text of what is wrong. The caller bounds the length. */
export function parseJsonText(text: string, mode: JsonMode): Result<JsonNode, string> {
  try {
    return ok(new Scanner(text, mode).whole());
  } catch (problem) {
    if (problem instanceof Refused) return err(problem.message);
    throw problem;
  }
}

/** The same over UTF-8 bytes; invalid sequences count as U+FFFD, as there. */
export function parseJsonBytes(bytes: Uint8Array, mode: JsonMode): Result<JsonNode, string> {
  return parseJsonText(fromUtf8Lossy(bytes), mode);
}

/**
 * The entries of an object for a set of known field names: a field matches by name, or else without regard to
 * case; the last entry of a name wins, and unknown names are skipped.
 */
export function jsonFields(
  entries: readonly (readonly [string, JsonNode])[],
  names: readonly string[],
): readonly (readonly [string, JsonNode])[] {
  const exact = new Set(names);
  const folded = new Map(names.map((name) => [name.toLowerCase(), name]));
  const found: (readonly [string, JsonNode])[] = [];
  for (const [key, node] of entries) {
    const name = exact.has(key) ? key : folded.get(key.toLowerCase());
    if (name !== undefined) found.push([name, node]);
  }
  return found;
}
