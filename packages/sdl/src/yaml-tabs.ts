import { CST } from "yaml";

/** Spaces and list dashes at the start of a line. */
const linePrefix = / *(- +)*/y;

/**
 * Finds tabs where libyaml, and so Go, refuses them and js-yaml does not: outside of texts and flow collections,
 * before anything that could begin a key.
 */
export class TabCheck {
  private offset = 0;
  private flowDepth = 0;
  private keyMayBegin = true;
  /** After plain text, which swallows blank lines that are indented deeper than it. */
  private plainIndent = -1;
  private nextIsText = false;
  /** Go's reader looks ahead for more comments, over any white space. */
  private afterComment = false;
  private pending: number | undefined;
  private lineStart = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Offset of a refused tab in this lexeme, or undefined. */
  next(lexeme: string): number | undefined {
    if (this.nextIsText) {
      this.afterText(lexeme);
      return this.pending;
    }
    const type = CST.tokenType(lexeme);
    if (type === "scalar") this.nextIsText = true;
    if (type === "scalar" || type === "doc-mode" || type === "flow-error-end") return undefined;
    const at = this.offset;
    this.offset += lexeme.length;
    if (type === "space") {
      const tab = lexeme.indexOf("\t");
      const swallowed = this.plainIndent >= 0 && at + tab - this.lineStart > this.plainIndent;
      if (tab < 0 || this.flowDepth > 0 || !this.keyMayBegin || swallowed) return undefined;
      if (!this.afterComment) return at + tab;
      this.pending ??= at + tab;
      return undefined;
    }
    if (type === "newline") {
      this.lineStart = this.offset;
      this.keyMayBegin = true;
      return undefined;
    }
    this.plainIndent = -1;
    if (type === "comment") this.pending = undefined;
    if (this.pending !== undefined) return this.pending;
    if (type === "flow-map-start" || type === "flow-seq-start") this.flowDepth++;
    if (type === "flow-map-end" || type === "flow-seq-end") this.flowDepth--;
    this.afterComment = type === "comment";
    if (!this.afterComment) this.keyMayBegin = type === "seq-item-ind" || type === "explicit-key-ind";
    return undefined;
  }

  private afterText(lexeme: string): void {
    this.nextIsText = false;
    this.afterComment = false;
    linePrefix.lastIndex = this.lineStart;
    this.plainIndent = linePrefix.exec(this.text)?.[0].length ?? 0;
    this.offset += lexeme.length;
    // The text of a block ends with its line.
    this.keyMayBegin = lexeme.endsWith("\n");
    if (this.keyMayBegin) this.plainIndent = -1;
    if (lexeme.includes("\n")) this.lineStart = this.text.lastIndexOf("\n", this.offset - 1) + 1;
  }
}
