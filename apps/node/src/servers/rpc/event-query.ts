import { err, ok, type Result } from "@stoa/std";

/** Operators of a condition. */
export type QueryOperator = "=" | "<" | "<=" | ">" | ">=" | "EXISTS" | "CONTAINS";

/** One condition on a tag such as `tx.height` or `akash.market.v1.EventOrderCreated.id`. */
export interface QueryCondition {
  readonly tag: string;
  readonly operator: QueryOperator;
  /** Text and CONTAINS operands; undefined for EXISTS and numbers. */
  readonly text?: string;
  /** A number's digits, as written. */
  readonly number?: string;
}

/** Conditions that must all hold (base-chain.md §5.4). */
export type EventQuery = readonly QueryCondition[];

/** Longest query that is looked at. */
export const maxQueryLength = 512;

const token = /\s*(?:(<=|>=|<|>|=)|'([^']*)'|(\d+(?:\.\d*)?)(?![\w.])|([^\s<>='"()]+))/y;

interface Token {
  readonly offset: number;
  readonly end: number;
  readonly kind: "operator" | "text" | "number" | "word";
  readonly value: string;
}

function tokenize(query: string): Result<Token[], string> {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < query.length) {
    const start = token.lastIndex;
    const match = token.exec(query);
    if (match === null) {
      const rest = query.slice(start);
      if (rest.trim() === "") break;
      const offset = start + rest.length - rest.trimStart().length;
      // A text that does not end runs to the end of the query.
      return err(rest.trimStart().startsWith("'") ? `offset ${offset}: EOF` : `offset ${offset}: invalid input`);
    }
    const end = token.lastIndex;
    const offset = start + match[0].length - match[0].trimStart().length;
    const [, operator, text, number, word] = match;
    if (operator !== undefined) tokens.push({ offset, end, kind: "operator", value: operator });
    else if (text !== undefined) tokens.push({ offset, end, kind: "text", value: text });
    else if (number !== undefined) tokens.push({ offset, end, kind: "number", value: number });
    else tokens.push({ offset, end, kind: "word", value: word ?? "" });
  }
  return ok(tokens);
}

const keywords: readonly string[] = ["AND", "EXISTS", "CONTAINS", "TIME", "DATE"];

/**
 * Parses a query; errors name the offset. TIME and DATE operands are not supported yet, and the error says so. Tags are
 * `type.key`.
 */
export function parseQuery(query: string): Result<EventQuery, string> {
  const read = tokenize(query);
  if (!read.ok) return read;
  const tokens = read.value;
  const conditions: QueryCondition[] = [];
  const end = query.length;
  for (let at = 0; ; ) {
    const tag = tokens[at++];
    if (tag === undefined) return err(`offset ${end}: EOF`);
    if (tag.kind !== "word" || keywords.includes(tag.value)) return err(`offset ${tag.offset}: wanted tag`);
    const operator = tokens[at++];
    if (operator === undefined) return err(`offset ${end}: EOF`);
    if (operator.kind === "word" && operator.value === "EXISTS") {
      conditions.push({ tag: tag.value, operator: "EXISTS" });
    } else {
      const condition = parseComparison(tag.value, operator, tokens[at++], end);
      if (!condition.ok) return condition;
      conditions.push(condition.value);
    }
    const and = tokens[at++];
    if (and === undefined) return ok(conditions);
    if (and.kind !== "word" || and.value !== "AND") return err(`offset ${and.offset}: wanted AND`);
  }
}

function parseComparison(
  tag: string,
  operator: Token,
  operand: Token | undefined,
  end: number,
): Result<QueryCondition, string> {
  if (operator.kind === "word" && operator.value === "CONTAINS") {
    if (operand === undefined) return err(`offset ${end}: EOF`);
    if (operand.kind !== "text") return err(`offset ${operand.offset}: wanted string`);
    return ok({ tag, operator: "CONTAINS", text: operand.value });
  }
  if (operator.kind !== "operator") {
    return err(`offset ${operator.offset}: got tag, wanted an operator (=, <, <=, >, >=, CONTAINS or EXISTS)`);
  }
  if (operand === undefined) return err(`offset ${end}: EOF`);
  if (operand.kind === "number") return ok({ tag, operator: operator.value as QueryOperator, number: operand.value });
  if (operand.kind === "text" && operator.value === "=") return ok({ tag, operator: "=", text: operand.value });
  if (operand.kind === "word" && (operand.value === "TIME" || operand.value === "DATE")) {
    return err(`offset ${operand.offset}: ${operand.value} operands are not supported`);
  }
  if (operand.kind === "text") return err(`offset ${operand.offset}: got string, wanted number`);
  return err(`offset ${operand.offset}: got tag, wanted number or string`);
}

/** Values by tag of one event or transaction. */
export type EventTags = ReadonlyMap<string, readonly string[]>;

/** True if every condition holds for some value of its tag. */
export function matchesQuery(query: EventQuery, tags: EventTags): boolean {
  return query.every((condition) => {
    if (condition.operator === "EXISTS") {
      // A bare event type counts as well.
      return [...tags.keys()].some((tag) => tag === condition.tag || tag.startsWith(`${condition.tag}.`));
    }
    return (tags.get(condition.tag) ?? []).some((value) => matchesValue(condition, value));
  });
}

function matchesValue({ operator, text, number }: QueryCondition, value: string): boolean {
  if (operator === "CONTAINS") return value.includes(text ?? "");
  if (number === undefined) return value === text;
  const leading = /^\d+(?:\.\d+)?/.exec(value)?.[0];
  if (leading === undefined) return false;
  const order = compareDecimals(leading, number);
  if (operator === "=") return order === 0;
  if (operator === "<") return order < 0;
  if (operator === "<=") return order <= 0;
  return operator === ">" ? order > 0 : order >= 0;
}

/** Order of unsigned decimal texts, exact at any length. */
function compareDecimals(a: string, b: string): number {
  const [wholeA = "", fractionA = ""] = a.split(".");
  const [wholeB = "", fractionB = ""] = b.split(".");
  const places = Math.max(fractionA.length, fractionB.length);
  const scaledA = BigInt(wholeA + fractionA.padEnd(places, "0"));
  const scaledB = BigInt(wholeB + fractionB.padEnd(places, "0"));
  return scaledA < scaledB ? -1 : scaledA > scaledB ? 1 : 0;
}
