/** JSON for people: tables for lists whose columns are known, indented lines for everything else. */
import type { JsonValue } from "@bufbuild/protobuf";
import { table } from "../output.ts";
import { atPath } from "./field-flags.ts";

/** A column's title and where its cell lies in a row; `a+b` joins two values without a blank. */
export type Column = readonly [title: string, path: string];

/** Digits after the point of a Dec that say nothing. */
function shortDecimal(text: string): string {
  return /^-?[0-9]+\.[0-9]{18}$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

/** A value in one line: coins as `5uact`, lists with commas, attributes as `key=value`. */
export function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "object") return shortDecimal(String(value));
  if (Array.isArray(value)) return value.map(cell).join(", ");
  if (typeof value.denom === "string" && typeof value.amount === "string")
    return `${shortDecimal(value.amount)}${value.denom}`;
  if (typeof value.key === "string" && typeof value.value === "string") return `${value.key}=${value.value}`;
  return Object.values(value).map(cell).join("/");
}

/** Rows of a list as a table; "none" when there are none. */
export function jsonTable(rows: readonly JsonValue[], columns: readonly Column[]): string {
  if (rows.length === 0) return "none";
  return table(
    columns.map(([title]) => title),
    rows.map((row) =>
      columns.map(([, path]) =>
        path
          .split("+")
          .map((part) => cell(atPath(row, part)))
          .join(""),
      ),
    ),
  );
}

function isLeaf(value: JsonValue): boolean {
  if (value === null || typeof value !== "object") return true;
  if (Array.isArray(value)) return value.every((item) => item === null || typeof item !== "object" || isWord(item));
  return isWord(value);
}

function isWord(value: JsonValue): boolean {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return names.join() === "amount,denom" || names.join() === "key,value";
}

/** Any JSON as indented lines, `name: value`. */
export function indented(value: JsonValue, indent = ""): string[] {
  if (isLeaf(value)) return [`${indent}${cell(value)}`];
  const entries = Array.isArray(value)
    ? value.map((item, index): [string, JsonValue] => [`- ${index + 1}`, item])
    : Object.entries(value as { [key: string]: JsonValue });
  return entries.flatMap(([name, item]) =>
    isLeaf(item)
      ? [`${indent}${name}: ${cell(item)}`.trimEnd()]
      : [`${indent}${name}:`, ...indented(item, `${indent}  `)],
  );
}
