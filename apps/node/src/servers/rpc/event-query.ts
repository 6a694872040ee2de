import { parseTime } from "@stoa/consensus";
import { err, ok, type Result } from "@stoa/std";
import { EventQueryScanner, type Token, type TokenKind } from "./event-query-scanner.ts";

/** Comparisons of a condition. */
export type QueryOperator = "=" | "<" | "<=" | ">" | ">=" | "EXISTS" | "CONTAINS";

/** What a tag's values are compared with; times as nanoseconds since the epoch. */
export type QueryOperand =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly digits: string }
  | { readonly kind: "time" | "date"; readonly time: bigint };

/** One condition on a tag such as `tx.height` or `akash.market.v1.EventOrderCreated.id`. */
export interface QueryCondition {
  readonly tag: string;
  readonly operator: QueryOperator;
  /** Absent for EXISTS. */
  readonly operand?: QueryOperand;
}

/** Conditions that must all hold (base-chain.md §5.4). */
export type EventQuery = readonly QueryCondition[];

/** Longest query that is looked at. */
export const maxQueryLength = 512;

const operators: ReadonlyMap<TokenKind, QueryOperator> = new Map([
  ["<= operator", "<="],
  [">= operator", ">="],
  ["< operator", "<"],
  ["> operator", ">"],
  ["= operator", "="],
  ["CONTAINS operator", "CONTAINS"],
  ["EXISTS operator", "EXISTS"],
]);

const orderedOperands: readonly TokenKind[] = ["number", "timestamp", "datestamp"];
const equalOperands: readonly TokenKind[] = [...orderedOperands, "string"];

/** The number of AND among the reference's tokens, which its message shows in place of the word. */
const andNumber = 6;

function listed(kinds: readonly TokenKind[]): string {
  return kinds.length < 2 ? kinds.join("") : `${kinds.slice(0, -1).join(", ")} or ${kinds[kinds.length - 1]}`;
}

/** The reference's words for a token that does not fit. */
function unexpected(token: Token, wanted: readonly TokenKind[]): string {
  if (token.kind === "EOF") return `offset ${token.offset}: EOF`;
  if (token.kind === "invalid token") return `offset ${token.offset}: ${token.text}`;
  return `offset ${token.offset}: got ${token.kind}, wanted ${listed(wanted)}`;
}

/** Parses a query; the error is the reference's text. */
export function parseQuery(query: string): Result<EventQuery, string> {
  const scanner = new EventQueryScanner(query);
  const conditions: QueryCondition[] = [];
  for (;;) {
    const condition = parseCondition(scanner);
    if (!condition.ok) return condition;
    conditions.push(condition.value);
    const and = scanner.next();
    if (and.kind === "EOF" && and.offset >= query.trimEnd().length) return ok(conditions);
    if (and.kind !== "AND operator") return err(`offset ${and.offset}: got ${and.kind}, want ${andNumber}`);
  }
}

function parseCondition(scanner: EventQueryScanner): Result<QueryCondition, string> {
  const tag = scanner.next();
  if (tag.kind !== "tag") return err(unexpected(tag, ["tag"]));
  const token = scanner.next();
  const operator = operators.get(token.kind);
  if (operator === undefined) return err(unexpected(token, [...operators.keys()]));
  if (operator === "EXISTS") return ok({ tag: tag.text, operator });
  const wanted: readonly TokenKind[] =
    operator === "CONTAINS" ? ["string"] : operator === "=" ? equalOperands : orderedOperands;
  const value = scanner.next();
  if (!wanted.includes(value.kind)) return err(unexpected(value, wanted));
  const operand = operandOf(value);
  return operand.ok ? ok({ tag: tag.text, operator, operand: operand.value }) : operand;
}

function operandOf({ kind, offset, text }: Token): Result<QueryOperand, string> {
  if (kind === "string") return ok({ kind: "text", text });
  if (kind === "number") return ok({ kind: "number", digits: text });
  const time = kind === "datestamp" ? timeOfDate(text) : parseTime(text);
  if (time !== undefined) return ok({ kind: kind === "datestamp" ? "date" : "time", time });
  const word = kind === "datestamp" ? "DATE" : "TIME";
  return err(`offset ${offset}: invalid ${word} value: ${timeProblem(text, kind === "datestamp")}`);
}

/** The pieces of Go's layouts, and how a text begins that fits them. */
const dateLayout: readonly (readonly [name: string, begins: RegExp])[] = [
  ["2006", /^\d{4}/],
  ["-", /^-/],
  ["01", /^\d\d/],
  ["-", /^-/],
  ["02", /^\d\d/],
];
const timeLayout: typeof dateLayout = [
  ...dateLayout,
  ["T", /^T/],
  ["15", /^\d\d/],
  [":", /^:/],
  ["04", /^\d\d/],
  [":", /^:/],
  ["05", /^\d\d(?:[.,]\d+)?/],
  ["Z07:00", /^(?:Z|[+-]\d\d:\d\d)/],
];

/** What is wrong with a time, in the words of Go's reader. */
function timeProblem(text: string, isDate: boolean): string {
  const shown = JSON.stringify(text);
  const layout = isDate ? dateLayout : timeLayout;
  let rest = text;
  for (const [name, begins] of layout) {
    const found = begins.exec(rest)?.[0];
    const full = layout.map(([piece]) => piece).join("");
    if (found === undefined)
      return `parsing time ${shown} as "${full}": cannot parse ${JSON.stringify(rest)} as "${name}"`;
    if (name === "01" && (found < "01" || found > "12")) return `parsing time ${shown}: month out of range`;
    rest = rest.slice(found.length);
  }
  return rest === ""
    ? `parsing time ${shown}: day out of range`
    : `parsing time ${shown}: extra text: ${JSON.stringify(rest)}`;
}

function timeOfDate(text: string): bigint | undefined {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? parseTime(`${text}T00:00:00Z`) : undefined;
}

/** Values by tag of one event or transaction. */
export type EventTags = ReadonlyMap<string, readonly string[]>;

/** True if every condition holds for some value of its tag. */
export function matchesQuery(query: EventQuery, tags: EventTags): boolean {
  return query.every(({ tag, operator, operand }) => {
    // A bare event type exists when any of its attributes does; there is no value to compare.
    const isType = !tag.includes(".");
    if (operand === undefined)
      return [...tags.keys()].some((known) => known.startsWith(`${tag}.`) || (known === tag && !isType));
    return !isType && (tags.get(tag) ?? []).some((value) => matchesValue(operator, operand, value));
  });
}

function matchesValue(operator: QueryOperator, operand: QueryOperand, value: string): boolean {
  if (operand.kind === "text") return operator === "CONTAINS" ? value.includes(operand.text) : value === operand.text;
  const order = orderOf(operand, value);
  if (order === undefined) return false;
  if (operator === "=") return order === 0;
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

/** Order of an attribute's value against an operand; undefined if the value is not of its kind. */
function orderOf(operand: Exclude<QueryOperand, { kind: "text" }>, value: string): number | undefined {
  if (operand.kind === "number") {
    const leading = /^\d+(?:\.\d+)?/.exec(value)?.[0];
    return leading === undefined ? undefined : compareDecimals(leading, operand.digits);
  }
  const time = operand.kind === "date" ? timeOfDate(value) : parseTime(value);
  if (time === undefined) return undefined;
  return time < operand.time ? -1 : time > operand.time ? 1 : 0;
}

/** Order of unsigned decimal texts, exact at any length. */
export function compareDecimals(a: string, b: string): number {
  const [wholeA = "", fractionA = ""] = a.split(".");
  const [wholeB = "", fractionB = ""] = b.split(".");
  const places = Math.max(fractionA.length, fractionB.length);
  const scaledA = BigInt(wholeA + fractionA.padEnd(places, "0"));
  const scaledB = BigInt(wholeB + fractionB.padEnd(places, "0"));
  return scaledA < scaledB ? -1 : scaledA > scaledB ? 1 : 0;
}
