import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  Lexer,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Position, Problems } from "./problem.ts";
import type { YamlEntry, YamlNode } from "./yaml-node.ts";
import { TabCheck } from "./yaml-tabs.ts";

/** Longest SDL that is read, in UTF-16 units: six times the largest known; the worst text takes about two seconds. */
export const sdlMaxChars = 128 * 1024;
/** Deepest nesting: the grammar itself needs 12. */
export const sdlMaxDepth = 64;
/** Most nodes after aliases are followed: the largest known SDL has below 2000. */
export const sdlMaxNodes = 100_000;

/** The documents of a text; the first may be missing in an empty text. */
export interface YamlText {
  readonly documents: number;
  readonly root: YamlNode | undefined;
}

const start: Position = { line: 1, column: 1 };

class Refused extends Error {
  readonly code: "yaml-too-deep" | "yaml-alias" | "yaml-syntax";
  readonly at: Position;

  constructor(code: Refused["code"], at: Position, message: string) {
    super(message);
    this.code = code;
    this.at = at;
  }
}

interface Anchored {
  /** Undefined while the anchored node is still being read. */
  node: YamlNode | undefined;
  size: number;
}

/** Turns the library's nodes into ours, in document order, and counts what aliases expand to. */
class Converter {
  private readonly anchors = new Map<string, Anchored>();
  private readonly lines: LineCounter;
  private size = 0;

  constructor(lines: LineCounter) {
    this.lines = lines;
  }

  private positionOf(offset: number | undefined): Position {
    if (offset === undefined) return start;
    const { line, col } = this.lines.linePos(offset);
    return { line: line < 1 ? 1 : line, column: col < 1 ? 1 : col };
  }

  private grow(by: number, at: Position): void {
    this.size += by;
    if (this.size > sdlMaxNodes) {
      throw new Refused(
        "yaml-alias",
        at,
        `the document expands to more than ${sdlMaxNodes} values: write less by alias`,
      );
    }
  }

  convert(node: Node | null | undefined, fallback: Position, depth: number): YamlNode {
    const at = node?.range ? this.positionOf(node.range[0]) : fallback;
    if (depth > sdlMaxDepth) throw new Refused("yaml-too-deep", at, `nested deeper than ${sdlMaxDepth}: flatten it`);
    if (isAlias(node)) return this.follow(node.source, at);
    const before = this.size;
    this.grow(1, at);
    const anchor = node && "anchor" in node ? node.anchor : undefined;
    const anchored: Anchored = { node: undefined, size: 0 };
    if (anchor !== undefined) this.anchors.set(anchor, anchored);
    const converted = this.convertPlain(node, at, depth);
    anchored.node = converted;
    anchored.size = this.size - before;
    return converted;
  }

  private follow(name: string, at: Position): YamlNode {
    const anchored = this.anchors.get(name);
    if (anchored === undefined) throw new Refused("yaml-alias", at, `there is no anchor &${name} before this alias`);
    if (anchored.node === undefined) throw new Refused("yaml-alias", at, `the anchor &${name} holds itself`);
    this.grow(anchored.size, at);
    return anchored.node;
  }

  private convertPlain(node: Node | null | undefined, at: Position, depth: number): YamlNode {
    const tag = shortTag(node?.tag);
    if (node === null || node === undefined) return { kind: "scalar", at, tag, text: "", plain: true };
    if (isScalar(node)) {
      const plain = node.type === "PLAIN" || node.type === undefined;
      const text = String(node.value ?? "");
      if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) {
        throw new Refused("yaml-syntax", at, "an escape names half of a character: write the whole character");
      }
      return { kind: "scalar", at, tag, text, plain };
    }
    if (isMap(node)) {
      const entries = (node as YAMLMap<ParsedNode, ParsedNode | null>).items.map((pair): YamlEntry => {
        const key = this.convert(pair.key, at, depth + 1);
        const { range } = pair.key;
        if (key.kind === "scalar" && key.plain && key.text === "" && range[0] === range[1] && !isAlias(pair.key)) {
          // The library would take it for a null key; neither reference does.
          throw new Refused("yaml-syntax", key.at, "a key is missing before this colon");
        }
        return { key, value: this.convert(pair.value, key.at, depth + 1) };
      });
      return { kind: "map", at, tag, entries };
    }
    const items = (node as YAMLSeq<ParsedNode>).items.map((item) => this.convert(item, at, depth + 1));
    return { kind: "list", at, tag, items };
  }
}

function shortTag(tag: string | undefined): string | undefined {
  if (tag === undefined || tag === "" || tag === "!") return undefined;
  return tag.replace(/^tag:yaml\.org,2002:/, "!!");
}

/** Depth of a syntax tree, measured without recursion: the library's next step recurses over it. */
function syntaxDepth(tokens: readonly CST.Token[]): number {
  let deepest = 0;
  const open: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > deepest) deepest = depth;
    if (token.type === "document" && token.value !== undefined) open.push({ token: token.value, depth: depth + 1 });
    if (!("items" in token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
  return deepest;
}

/** What the library's types hide of its lexer; its version is pinned, and a test notices if this goes. */
interface OpenLexer {
  indentNext: number;
  parseQuotedScalar(): Generator<string, unknown>;
  parseFlowCollection(): Generator<string, unknown>;
}

/**
 * A lexer that, as libyaml and js-yaml do, lets the lines of a quoted text or of a flow collection stand at any
 * column. The library asks for the indentation that YAML 1.2 prescribes, which SDLs in use do not always have.
 */
function lenientLexer(): Lexer {
  const lexer = new Lexer();
  const open = lexer as unknown as OpenLexer;
  for (const step of ["parseQuotedScalar", "parseFlowCollection"] as const) {
    const strict = open[step].bind(lexer);
    open[step] = function* () {
      const wanted = open.indentNext;
      open.indentNext = 0;
      try {
        return yield* strict();
      } finally {
        open.indentNext = wanted;
      }
    };
  }
  return lexer;
}

function parseSyntax(text: string, lines: LineCounter, tabs: TabCheck | undefined): readonly CST.Token[] {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of lenientLexer().lex(text)) {
    const tab = tabs?.next(lexeme);
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (tab === undefined) continue;
    const { line, col } = lines.linePos(tab);
    throw new Refused("yaml-syntax", { line, column: col }, "a tab stands where only spaces may: replace it by spaces");
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function parse(text: string, lines: LineCounter, likeGo: boolean): readonly Document.Parsed[] {
  const tokens = parseSyntax(text, lines, likeGo ? new TabCheck(text) : undefined);
  if (syntaxDepth(tokens) > 2 * sdlMaxDepth) {
    throw new Refused("yaml-too-deep", start, `nested deeper than ${sdlMaxDepth}: flatten it`);
  }
  const composer = new Composer({
    schema: "failsafe",
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "silent",
  });
  return [...composer.compose(tokens, true, text.length)] as readonly Document.Parsed[];
}

function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === "" && node.type === "PLAIN" && node.tag === undefined;
}

// What follows the first errors is mostly their echo.
const syntaxErrorsMax = 3;

/** Offset of the first character that YAML does not allow unescaped, or -1. */
function unprintableAt(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const control = code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d;
    if (control || (code >= 0x7f && code < 0xa0 && code !== 0x85) || code === 0xfffe || code === 0xffff) return i;
  }
  return -1;
}

/**
 * Reads YAML text. The first document is converted; later ones are only counted, and checked for syntax unless
 * `likeGo` is set (Go stops reading after the first). Go also refuses tabs that js-yaml does not mind.
 */
export function readYaml(source: string, problems: Problems, likeGo: boolean): YamlText | undefined {
  // A return without a newline ends a line for both references, but not for the library.
  const text = source.replace(/\r(?!\n)/g, "\n");
  const whole = { path: "", at: start };
  if (text.length > sdlMaxChars) {
    problems.add(
      "yaml-too-large",
      whole,
      `longer than ${sdlMaxChars} characters: move scripts and data into the image`,
    );
    return undefined;
  }
  const lines = new LineCounter();
  try {
    const documents = parse(text, lines, likeGo);
    const bad = unprintableAt(text);
    if (bad >= 0) {
      const { line, col } = lines.linePos(bad);
      problems.add(
        "yaml-syntax",
        { path: "", at: { line, column: col } },
        "a control character stands here: escape it",
      );
      return undefined;
    }
    for (const document of likeGo ? documents.slice(0, 1) : documents) {
      for (const error of document.errors.slice(0, syntaxErrorsMax)) {
        const { line, col } = lines.linePos(error.pos[0]);
        problems.add(
          "yaml-syntax",
          { path: "", at: { line: line < 1 ? 1 : line, column: col < 1 ? 1 : col } },
          error.message,
        );
      }
    }
    const first = documents[0];
    if (problems.any || first === undefined) return problems.any ? undefined : { documents: 0, root: undefined };
    if (first.contents === null || isEmpty(first.contents)) return { documents: documents.length, root: undefined };
    return { documents: documents.length, root: new Converter(lines).convert(first.contents, start, 0) };
  } catch (error) {
    if (error instanceof Refused) problems.add(error.code, { path: "", at: error.at }, error.message);
    // The library recurses over nesting; what exhausts the stack is far deeper than any SDL.
    else if (error instanceof RangeError)
      problems.add("yaml-too-deep", whole, `nested deeper than ${sdlMaxDepth}: flatten it`);
    else problems.add("yaml-syntax", whole, error instanceof Error ? error.message : "the text is not YAML");
    return undefined;
  }
}
