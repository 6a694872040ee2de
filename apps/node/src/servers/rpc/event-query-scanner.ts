/** Kinds of tokens, named as the reference names them in its messages. */
export type TokenKind =
  | "tag"
  | "string"
  | "number"
  | "timestamp"
  | "datestamp"
  | "AND operator"
  | "CONTAINS operator"
  | "EXISTS operator"
  | "= operator"
  | "< operator"
  | "<= operator"
  | "> operator"
  | ">= operator"
  | "EOF"
  | "invalid token";

/** One token and where it begins. `text` is a string's content, a number's digits, a time as written. */
export interface Token {
  readonly kind: TokenKind;
  readonly offset: number;
  readonly text: string;
}

const words: ReadonlyMap<string, TokenKind> = new Map([
  ["AND", "AND operator"],
  ["EXISTS", "EXISTS operator"],
  ["CONTAINS", "CONTAINS operator"],
]);

const space = /[ \t\n\r]*/y;
const numberForm = /\d+(?:\.\d*)?/y;
const tagForm = /[\p{L}\p{Nd}_][\p{L}\p{Nd}_.-]*/uy;
const timeForm = /[-T:+Z\d]*/y;
const dateForm = /[-\d]*/y;
const operatorForm = /<=|>=|<|>|=/y;

/** Reads tokens one after another (base-chain.md §5.4). There is no escape inside a string. */
export class EventQueryScanner {
  private readonly query: string;
  private at = 0;

  constructor(query: string) {
    this.query = query;
  }

  next(): Token {
    this.take(space);
    const offset = this.at;
    const token = (kind: TokenKind, text = ""): Token => ({ kind, offset, text });
    if (offset >= this.query.length) return token("EOF");
    if (this.query[offset] === "'") {
      const end = this.query.indexOf("'", offset + 1);
      this.at = end < 0 ? this.query.length : end + 1;
      return end < 0 ? token("EOF") : token("string", this.query.slice(offset + 1, end));
    }
    const operator = this.take(operatorForm);
    if (operator !== "") return token(`${operator} operator` as TokenKind);
    const number = this.take(numberForm);
    if (number !== "") return token("number", number);
    const tag = this.take(tagForm);
    if (tag !== "") return this.tagLike(offset, tag);
    this.at = offset + 1;
    return token("invalid token", `invalid input ${this.query[offset]} at offset ${this.at}`);
  }

  /** A keyword, a time after its keyword and a space, or a tag. */
  private tagLike(offset: number, text: string): Token {
    if ((text === "TIME" || text === "DATE") && this.query[this.at] === " ") {
      this.at++;
      const kind = text === "TIME" ? "timestamp" : "datestamp";
      return { kind, offset, text: this.take(text === "TIME" ? timeForm : dateForm) };
    }
    return { kind: words.get(text) ?? "tag", offset, text };
  }

  private take(form: RegExp): string {
    form.lastIndex = this.at;
    const text = form.exec(this.query)?.[0] ?? "";
    this.at += text.length;
    return text;
  }
}
